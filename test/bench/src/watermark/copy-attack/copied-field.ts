import { CLIP_SIZE } from '../clips.js';
import { readFrames } from '../ffmpeg.js';

const PIXELS = CLIP_SIZE.width * CLIP_SIZE.height;
/** Three running means of this reach make a Gaussian of about 7 pixels: what is finer may be mark. */
const REACH = 6;
/** The mark hardly ever exceeds this, the picture's edges do. */
const LARGEST = 6;

/**
 * What a thief without the original and without a key knows of the mark: the mean over marked frames of what is finer than
 * a blur, cut to the mark's size. Luma differences, row by row.
 */
export async function estimateField(file: string, frames: number): Promise<Float32Array> {
  const sum = new Float32Array(PIXELS);
  let read = 0;
  for await (const { data } of readFrames(file, { frames })) {
    addDetail(data, sum);
    read++;
  }
  return sum.map((value) => Math.max(-LARGEST, Math.min(LARGEST, value / read)));
}

function addDetail(luma: Uint8Array, sum: Float32Array): void {
  const { width, height } = CLIP_SIZE;
  let blurred = Float32Array.from(luma.subarray(0, PIXELS));
  for (let pass = 0; pass < 3; pass++) {
    const across = new Float32Array(PIXELS);
    for (let y = 0; y < height; y++) runningMean(blurred, across, y * width, 1, width);
    const down = new Float32Array(PIXELS);
    for (let x = 0; x < width; x++) runningMean(across, down, x, width, height);
    blurred = down;
  }
  for (let i = 0; i < PIXELS; i++) sum[i] = (sum[i] ?? 0) + (luma[i] ?? 0) - (blurred[i] ?? 0);
}

function runningMean(from: Float32Array, to: Float32Array, start: number, step: number, count: number): void {
  let sum = 0;
  for (let i = 0; i < REACH; i++) sum += from[start + i * step] ?? 0;
  for (let i = 0; i < count; i++) {
    if (i + REACH < count) sum += from[start + (i + REACH) * step] ?? 0;
    if (i > REACH) sum -= from[start + (i - REACH - 1) * step] ?? 0;
    const first = Math.max(0, i - REACH);
    to[start + i * step] = sum / (Math.min(count - 1, i + REACH) - first + 1);
  }
}

/** Adds the field times `gain` to a picture's luma, in place. */
export function addField(luma: Uint8Array, field: Float32Array, gain = 1): void {
  for (let i = 0; i < field.length; i++)
    luma[i] = Math.max(0, Math.min(255, Math.round((luma[i] ?? 0) + gain * (field[i] ?? 0))));
}
