import { createEmbedder } from '../embedder.js';
import { createEpochChain } from '../epoch-chain.js';
import type { TimedLumaFrame } from '../detector-stream.js';
import { naturalScene } from './natural-scene.js';

// What tests and measurements mark: one key, one session, one chain, scenes by seed.

export const TEST_KEY = new Uint8Array(32).fill(7);
export const FOREIGN_KEY = new Uint8Array(32).fill(8);
export const TEST_SESSION = 11_223_344_556_677;
export const TEST_CHAIN = createEpochChain(new Uint8Array(32).fill(9), 600);
/** Epoch of a clip's first second. */
export const FIRST_EPOCH = 42;
export const FRAMES_PER_SECOND = 30;

export interface ClipOptions {
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly frames: number;
  readonly marked: boolean;
  /** TEST_SESSION when absent. */
  readonly session?: number;
}

/** Frames of a synthetic scene at 30 per second, marked in place or left alone. */
export function sceneClip(options: ClipOptions): TimedLumaFrame[] {
  const { width, height, seed, frames, marked, session } = options;
  const scene = naturalScene({ width, height, seed });
  const clip = Array.from({ length: frames }, (_, index) =>
    asFrame(scene.frame(index), width, height, index),
  );
  if (marked) markClip(clip, session);
  return clip;
}

/** Marks a clip in place, one epoch per second. */
export function markClip(clip: readonly TimedLumaFrame[], session: number = TEST_SESSION): void {
  const [first] = clip;
  if (first === undefined) return;
  const embedder = createEmbedder({
    key: TEST_KEY,
    session,
    epochKey: (epoch) => TEST_CHAIN.keyOf(epoch),
    width: first.width,
    height: first.height,
  });
  for (const { luma, stride, timestampMs } of clip)
    embedder.embed(luma, stride, epochAt(timestampMs), timestampMs);
}

/** Epoch of a moment of a clip. */
export function epochAt(timestampMs: number): number {
  return FIRST_EPOCH + Math.floor(timestampMs / 1000 + 1e-9);
}

export function asFrame(luma: Uint8Array, width: number, height: number, index: number): TimedLumaFrame {
  return { luma, width, height, stride: width, timestampMs: (index * 1000) / FRAMES_PER_SECOND };
}

/** Luma PSNR in dB. */
export function psnrDb(a: Uint8Array, b: Uint8Array): number {
  let error = 0;
  for (let i = 0; i < a.length; i++) error += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return 10 * Math.log10(255 ** 2 / (error / a.length));
}
