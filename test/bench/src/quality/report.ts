import type { ClipQuality } from './measure.js';

interface Wish {
  readonly name: string;
  readonly value: number | null;
  readonly isMet: (value: number) => boolean;
}

/** What the figures should be; figures that are not there meet nothing and miss nothing. */
export function missesOf(clip: ClipQuality): readonly string[] {
  const isOwn = clip.mode.endsWith('own-face');
  const wishes: readonly Wish[] = [
    { name: 'identity of the avatar', value: clip.identityAvatar, isMet: (v) => v >= (isOwn ? 0.75 : 0.6) },
    { name: 'leak of the wearer', value: isOwn ? null : clip.identityWearer, isMet: (v) => v <= 0.25 },
    { name: 'pose', value: clip.poseErrorDeg, isMet: (v) => v <= 3 },
    { name: 'blinks', value: clip.blinkRecall, isMet: (v) => v >= 0.95 },
    { name: 'mouth', value: clip.mouthCorrelation, isMet: (v) => v >= 0.95 },
    { name: 'flicker', value: clip.flickerRatio, isMet: (v) => v < 1 },
  ];
  return wishes.filter(({ value, isMet }) => value !== null && !isMet(value)).map(({ name }) => name);
}

const COLUMNS: readonly (readonly [
  title: string,
  of: (clip: ClipQuality) => number | null,
  digits: number,
])[] = [
  ['avatar', (clip) => clip.identityAvatar, 2],
  ['wearer', (clip) => clip.identityWearer, 2],
  ['pose°', (clip) => clip.poseErrorDeg, 2],
  ['blinks', (clip) => clip.blinks, 0],
  ['recall', (clip) => clip.blinkRecall, 2],
  ['lids r', (clip) => clip.lidCorrelation, 2],
  ['mouth r', (clip) => clip.mouthCorrelation, 3],
  ['2nd r', (clip) => clip.mouthIndependent, 3],
  ['nme', (clip) => clip.landmarkNme, 3],
  ['flicker', (clip) => clip.flickerRatio, 2],
  ['seam', (clip) => clip.seamRatio, 2],
  ['ΔE', (clip) => clip.deltaE, 1],
];

/** The table for a terminal. */
export function formatQuality(clips: readonly ClipQuality[]): string {
  const cell = (value: number | null, digits: number): string => (value?.toFixed(digits) ?? '–').padStart(8);
  const row = (clip: ClipQuality): string => {
    const misses = missesOf(clip);
    const verdict = misses.length === 0 ? 'all targets met' : `missed: ${misses.join(', ')}`;
    const cells = COLUMNS.map(([, of, digits]) => cell(of(clip), digits));
    return `${clip.name.padEnd(15)}${clip.mode.padEnd(21)}${cells.join('')}  ${verdict}`;
  };
  const why = new Set(clips.flatMap(({ reasons }) => Object.entries(reasons).map((one) => one.join(': '))));
  return [
    `${' '.repeat(36)}${COLUMNS.map(([title]) => title.padStart(8)).join('')}`,
    ...clips.map(row),
    'targets: avatar ≥ 0.75 (own face) or 0.6, wearer ≤ 0.25 (executive), pose ≤ 3°, recall ≥ 0.95, mouth r ≥ 0.95, flicker < 1',
    'identity, 2nd r and nme by networks that drive nothing; actors are compared with the truth, people with the driving landmarker',
    ...[...why].map((reason) => `– ${reason}`),
  ].join('\n');
}

/** The same as rows of a Markdown table. */
export function quoteQuality(clips: readonly ClipQuality[]): string {
  const titles = ['clip', 'worn', ...COLUMNS.map(([title]) => title)];
  const rows = clips.map((clip) => [
    clip.name,
    clip.mode,
    ...COLUMNS.map(([, of, digits]) => of(clip)?.toFixed(digits) ?? '–'),
  ]);
  return [titles, titles.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
