import type { ClipQuality } from './measure.js';

interface Target {
  readonly name: string;
  readonly value: number | null;
  readonly isMet: (value: number) => boolean;
  /** What the instrument reads in the camera's own picture. */
  readonly limit?: number | null;
}

/** What a clip's figures should be: those that are there. */
function targetsOf(clip: ClipQuality): readonly (Target & { readonly value: number })[] {
  const isOwn = clip.avatar === 'own-face';
  const { limit } = clip;
  const targets: readonly Target[] = [
    { name: 'identity of the avatar', value: clip.identityAvatar, isMet: (v) => v >= (isOwn ? 0.75 : 0.6) },
    { name: 'leak of the wearer', value: isOwn ? null : clip.identityWearer, isMet: (v) => v <= 0.25 },
    { name: 'pose', value: clip.poseErrorDeg, isMet: (v) => v <= 3 },
    { name: 'blinks', value: clip.blinkRecall, isMet: (v) => v >= 0.95, limit: limit?.blinkRecall ?? null },
    {
      ...{ name: 'mouth', value: clip.mouthCorrelation, limit: limit?.mouthCorrelation ?? null },
      isMet: (v) => v >= 0.95,
    },
    { name: 'flicker', value: clip.flickerRatio, isMet: (v) => v < 1 },
  ];
  return targets.flatMap(({ value, ...target }) => (value === null ? [] : [{ ...target, value }]));
}

/** Names of the targets missed; one that the camera's own picture misses too, as the instrument reads it, says so. */
export function missesOf(clip: ClipQuality): readonly string[] {
  return targetsOf(clip).flatMap(({ name, value, isMet, limit = null }) => {
    if (isMet(value)) return [];
    return limit !== null && !isMet(limit) ? [`${name} (camera itself ${limit.toFixed(2)})`] : [name];
  });
}

/** "61 of 80 targets met". */
export function tallyOf(clips: readonly ClipQuality[]): string {
  const all = clips.flatMap(targetsOf);
  const met = all.filter(({ value, isMet }) => isMet(value));
  return `${String(met.length)} of ${String(all.length)} targets met`;
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
  ['in', (clip) => clip.limit?.mouthCorrelation ?? null, 3],
  ['2nd r', (clip) => clip.mouthIndependent, 3],
  ['nme', (clip) => clip.landmarkNme, 3],
  ['flicker', (clip) => clip.flickerRatio, 2],
  ['px', (clip) => clip.tremblePx, 2],
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
    return `${clip.name.padEnd(15)}${wornAs(clip).padEnd(21)}${cells.join('')}  ${verdict}`;
  };
  const why = new Set(clips.flatMap(({ reasons }) => Object.entries(reasons).map((one) => one.join(': '))));
  return [
    `${' '.repeat(36)}${COLUMNS.map(([title]) => title.padStart(8)).join('')}`,
    ...clips.map(row),
    tallyOf(clips),
    'targets: avatar ≥ 0.75 (own face) or 0.6, wearer ≤ 0.25 (executive), pose ≤ 3°, recall ≥ 0.95, mouth r ≥ 0.95, flicker < 1',
    'identity, 2nd r and nme by networks that drive nothing; actors are compared with the truth, people with the driving landmarker',
    'in: the mouth of the camera picture itself, as the driving landmarker reads it, against the truth; px: trembling that would explain the flicker',
    ...[...why].map((reason) => `– ${reason}`),
  ].join('\n');
}

/** The same as rows of a Markdown table. */
export function quoteQuality(clips: readonly ClipQuality[]): string {
  const titles = ['clip', 'worn', ...COLUMNS.map(([title]) => title), 'missed'];
  const rows = clips.map((clip) => [
    clip.name,
    wornAs(clip),
    ...COLUMNS.map(([, of, digits]) => of(clip)?.toFixed(digits) ?? '–'),
    missesOf(clip).join(', ') || '–',
  ]);
  return [titles, titles.map(() => '---'), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .concat('', tallyOf(clips))
    .join('\n');
}

function wornAs({ mode, avatar }: ClipQuality): string {
  return `${mode}, ${avatar}`;
}
