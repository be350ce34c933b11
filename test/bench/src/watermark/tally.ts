import {
  EPOCH_TAG_MIN_Z,
  type Detection,
  type Detector,
  type LumaFrame,
  type Outline,
} from 'invisible-watermark-ts';
import type { I420Frame } from '@guise/frame';
import { CHAIN, epochAt } from './marked.js';

/** Frames per second of media time that windows are made of: what `Detector.stream` takes by itself. */
export const READ_FPS = 10;

export interface Count {
  ok: number;
  n: number;
}

/** What was read of one attacked recording. */
export interface AttackReading {
  readonly frame: Count;
  readonly s1: Count;
  readonly s3: Count;
  readonly s10: Count;
  /** Windows of one second whose epoch tag verified with that second's key. */
  readonly tag: Count;
  /** Accepted payloads that nobody embedded. */
  wrong: number;
  /** log10 of the false-positive bound of each one-second window that was read. */
  readonly confidenceLog10: number[];
}

export function emptyReading(): AttackReading {
  const [frame, s1, s3, s10, tag] = Array.from({ length: 5 }, (): Count => ({ ok: 0, n: 0 }));
  if (!frame || !s1 || !s3 || !s10 || !tag) throw new RangeError('five counts');
  return { frame, s1, s3, s10, tag, wrong: 0, confidenceLog10: [] };
}

export type TimedFrame = LumaFrame & { readonly timestampMs: number };

export function toTimedFrames(frames: readonly I420Frame[], fps = READ_FPS): TimedFrame[] {
  return frames.map(({ width, height, data }, index) => ({
    luma: data.subarray(0, width * height),
    width,
    height,
    stride: width,
    timestampMs: (index * 1000) / fps,
  }));
}

interface Window {
  readonly length: 'frame' | 's1' | 's3' | 's10';
  readonly frames: readonly TimedFrame[];
}

/** How many windows of each length are read of a recording. */
const EFFORTS = {
  full: { frame: 3, s1: 3, s3: 3, s10: 1 },
  quick: { frame: 2, s1: 2, s3: 2, s10: 0 },
} as const;
export type Effort = keyof typeof EFFORTS;

/** Single frames and windows of 1, 3 and 10 s, spread over the recording. */
export function windowsOf(frames: readonly TimedFrame[], effort: Effort): Window[] {
  const tried = EFFORTS[effort];
  const seconds = Math.floor(frames.length / READ_FPS);
  const spread = (count: number, last: number) =>
    Array.from({ length: Math.min(count, last + 1) }, (_, i) =>
      Math.floor((last * i) / Math.max(1, Math.min(count, last + 1) - 1)),
    );
  const windows = (length: 's1' | 's3' | 's10', duration: number, count: number): Window[] =>
    seconds < duration
      ? []
      : spread(count, seconds - duration).map((second) => ({
          length,
          frames: frames.slice(second * READ_FPS, (second + duration) * READ_FPS),
        }));
  // The middles of equal parts: the very first frame of a live stream is the poorest of all.
  const single = Array.from({ length: tried.frame }, (_, part): Window => {
    const index = Math.floor(((part + 0.5) * frames.length) / tried.frame);
    return { length: 'frame', frames: frames.slice(index, index + 1) };
  });
  return [
    ...single,
    ...windows('s1', 1, tried.s1),
    ...windows('s3', 3, tried.s3),
    ...windows('s10', 10, tried.s10),
  ];
}

/** Blind: neither scale nor place nor mirror nor rotation is given to the detector. */
export function tallyWindow(
  reading: AttackReading,
  { length, frames }: Window,
  detector: Detector,
  session: number,
): void {
  const detection = detector.detect(frames, { search: 'rotated' });
  const read = detection.payload?.session === session;
  if (detection.found && !read) reading.wrong++;
  count(reading[length], read);
  if (length === 's1') countTag(reading, frames, detector, read ? detection : null);
}

/** Every picture of a gallery is a trial: its session has to be read, and where it is has to be right. */
export function tallyGallery(
  reading: AttackReading,
  { length, frames }: Window,
  detector: Detector,
  places: ReadonlyMap<number, { readonly x: number; readonly y: number }>,
): void {
  const found = detector.detectAll(frames, { limit: places.size + 2 });
  reading.wrong += found.filter(({ payload }) => payload === null || !places.has(payload.session)).length;
  for (const [session, centre] of places) {
    const detection = found.find(
      ({ payload, region }) => payload?.session === session && region !== null && isAt(region, centre),
    );
    count(reading[length], detection !== undefined);
    if (length === 's1') countTag(reading, frames, detector, detection ?? null);
  }
}

function isAt(region: Outline, { x, y }: { x: number; y: number }): boolean {
  const middle = (of: 'x' | 'y') => region.reduce((sum, corner) => sum + corner[of], 0) / region.length;
  return Math.hypot(middle('x') - x, middle('y') - y) < NEAR_PX;
}

/** The nearest tile's centre is more than 200 pixels away. */
const NEAR_PX = 24;

function countTag(
  reading: AttackReading,
  frames: readonly TimedFrame[],
  detector: Detector,
  detection: Detection | null,
): void {
  const geometry = detection?.geometry ?? null;
  if (geometry === null) {
    count(reading.tag, false);
    return;
  }
  reading.confidenceLog10.push(detection?.confidenceLog10 ?? 0);
  const key = CHAIN.keyOf(epochAt(frames[0]?.timestampMs ?? 0));
  count(reading.tag, detector.verifyEpoch(frames, geometry, key).z >= EPOCH_TAG_MIN_Z);
}

function count(into: Count, ok: boolean): void {
  into.n++;
  if (ok) into.ok++;
}
