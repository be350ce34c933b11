import type { RgbImage } from '@guise/frame';
import { type HaarBands, haarForward, haarInverse } from './wavelet.js';

// The two image marks that Python's invisible-watermark ships (ShieldMnt, MIT), written anew from its description: a Haar wavelet of
// the U channel, 4 × 4 blocks of its approximation, one bit a block by quantisation, 64 bits over and over.

export type BaselineMethod = 'dwtDct' | 'dwtDctSvd';

export const BASELINE_BITS = 64;
/** Quantisation step that invisible-watermark uses. */
export const DEFAULT_STEP = 36;
const BLOCK = 4;

/** Marks a picture: a fresh one is returned. */
export function embedBaseline(
  picture: RgbImage,
  bits: readonly number[],
  method: BaselineMethod,
  step: number,
): RgbImage {
  const { width, height } = picture;
  const haar = haarForward(chroma(picture), width, height);
  forEachBlock(haar, (block, index) => {
    const bit = bits[index % BASELINE_BITS] ?? 0;
    if (method === 'dwtDct') quantiseLargest(block, bit, step);
    else quantiseSingularValue(block, bit, step);
    return block;
  });
  return withChroma(picture, haarInverse(haar));
}

/** Share of blocks that vote 1, bit by bit. */
export function readBaseline(picture: RgbImage, method: BaselineMethod, step: number): number[] {
  const votes = Array.from({ length: BASELINE_BITS }, () => ({ ones: 0, all: 0 }));
  forEachBlock(haarForward(chroma(picture), picture.width, picture.height), (block, index) => {
    const value = method === 'dwtDct' ? Math.abs(block[largest(block)] ?? 0) : dominant(block).value;
    const vote = votes[index % BASELINE_BITS];
    if (vote !== undefined) {
      vote.all++;
      if (value % step > step / 2) vote.ones++;
    }
    return null;
  });
  return votes.map(({ ones, all }) => ones / Math.max(1, all));
}

/** dwtDct: the largest coefficient but the first is moved to a quarter or three quarters of its step. */
function quantiseLargest(block: Float64Array, bit: number, step: number): void {
  const at = largest(block);
  const value = block[at] ?? 0;
  const size = (Math.floor(Math.abs(value) / step) + 0.25 + 0.5 * bit) * step;
  block[at] = value >= 0 ? size : -size;
}

function largest(block: Float64Array): number {
  let at = 1;
  for (let i = 2; i < block.length; i++) if (Math.abs(block[i] ?? 0) > Math.abs(block[at] ?? 0)) at = i;
  return at;
}

/**
 * dwtDctSvd: the same with the largest singular value. The DCT before it is orthonormal, so it changes neither singular
 * values nor their quantisation, and is left out.
 */
function quantiseSingularValue(block: Float64Array, bit: number, step: number): void {
  const { value, left, right } = dominant(block);
  const change = (Math.floor(value / step) + 0.25 + 0.5 * bit) * step - value;
  for (let i = 0; i < BLOCK; i++)
    for (let j = 0; j < BLOCK; j++)
      block[i * BLOCK + j] = (block[i * BLOCK + j] ?? 0) + change * (left[i] ?? 0) * (right[j] ?? 0);
}

/** Largest singular value and its vectors, by power iteration; converged for blocks with a mean, as chroma's are. */
function dominant(block: Float64Array): { value: number; left: Float64Array; right: Float64Array } {
  const right = new Float64Array(BLOCK).fill(1 / Math.sqrt(BLOCK));
  const left = new Float64Array(BLOCK);
  let value = 0;
  for (let round = 0; round < 8; round++) {
    multiply(block, right, left, false);
    normalise(left);
    multiply(block, left, right, true);
    value = normalise(right);
  }
  return { value, left, right };
}

function multiply(block: Float64Array, from: Float64Array, to: Float64Array, transposed: boolean): void {
  for (let i = 0; i < BLOCK; i++) {
    let sum = 0;
    for (let j = 0; j < BLOCK; j++)
      sum += (block[transposed ? j * BLOCK + i : i * BLOCK + j] ?? 0) * (from[j] ?? 0);
    to[i] = sum;
  }
}

function normalise(vector: Float64Array): number {
  const length = Math.hypot(...vector);
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) / length;
  return length;
}

/** Hands every block of the approximation to `use`, row by row, and stores what it returns. */
function forEachBlock(
  { columns, rows, bands: [ll] }: HaarBands,
  use: (block: Float64Array, index: number) => Float64Array | null,
): void {
  const block = new Float64Array(BLOCK * BLOCK);
  const across = Math.floor(columns / BLOCK);
  for (let index = 0; index < across * Math.floor(rows / BLOCK); index++) {
    const start = Math.floor(index / across) * BLOCK * columns + (index % across) * BLOCK;
    for (let i = 0; i < block.length; i++) block[i] = ll[start + (i >> 2) * columns + (i & 3)] ?? 0;
    const changed = use(block, index);
    if (changed === null) continue;
    for (let i = 0; i < block.length; i++) ll[start + (i >> 2) * columns + (i & 3)] = changed[i] ?? 0;
  }
}

/** U of the analogue YUV that OpenCV computes, full range: 0.492 (B − Y) + 128. */
function chroma({ data, width, height }: RgbImage): Float64Array {
  return Float64Array.from({ length: width * height }, (_, i) =>
    Math.max(0, Math.min(255, Math.round(0.492 * ((data[3 * i + 2] ?? 0) - luma(data, i)) + 128))),
  );
}

function luma(data: Uint8Array, i: number): number {
  return 0.299 * (data[3 * i] ?? 0) + 0.587 * (data[3 * i + 1] ?? 0) + 0.114 * (data[3 * i + 2] ?? 0);
}

function withChroma({ data, width, height }: RgbImage, changed: Float64Array): RgbImage {
  const out = new Uint8Array(data.length);
  for (let i = 0; i < width * height; i++) {
    const y = luma(data, i);
    const u = Math.max(0, Math.min(255, Math.round(changed[i] ?? 0))) - 128;
    const v = 0.877 * ((data[3 * i] ?? 0) - y);
    out[3 * i] = toByte(y + 1.14 * v);
    out[3 * i + 1] = toByte(y - 0.395 * u - 0.581 * v);
    out[3 * i + 2] = toByte(y + 2.032 * u);
  }
  return { data: out, width, height };
}

const toByte = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));
