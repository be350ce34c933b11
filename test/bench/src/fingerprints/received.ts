import type { I420Frame } from '@guise/frame';
import { matchPicture, type PictureMatch } from '@guise/verification';
import { createDetector, createFingerprintReader, rectify, type Geometry } from 'invisible-watermark-ts';
import { CLIP_SIZE } from '../watermark/clips.js';
import { toTimedFrames } from '../watermark/tally.js';

/** Pictures of a second that are looked at. */
export const LOOK_FPS = 8;

/** Blind, from the first second; null when no mark is found. */
export function findGeometry(frames: readonly I420Frame[], key: Uint8Array): Geometry | null {
  const detector = createDetector({ key });
  const second = toTimedFrames(frames.slice(0, LOOK_FPS), LOOK_FPS);
  return (
    detector.detect(second, { search: 'aligned' }).geometry ??
    detector.detect(second, { search: 'rotated' }).geometry
  );
}

/** Every received picture beside what was recorded. */
export function matchAll(
  frames: readonly I420Frame[],
  geometry: Geometry,
  recorded: readonly Uint8Array[],
): PictureMatch[] {
  return toTimedFrames(frames, LOOK_FPS).flatMap(
    (frame) => matchPicture(createFingerprintReader(rectify(frame, geometry, CLIP_SIZE)), recorded) ?? [],
  );
}
