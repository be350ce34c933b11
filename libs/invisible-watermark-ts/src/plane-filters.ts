// Small filters on planes of 32-bit block values, the oracle of those in assembly/strength-map.ts: every sum is rounded to 32
// bits, in this order. Values beyond the border repeat the outermost ones.

import type { Size } from './types.js';

/** Buffers of a filter: a plane, and a line of the longer side plus twice the reach. */
export interface FilterScratch {
  readonly plane: Float32Array;
  readonly line: Float32Array;
}

const f = Math.fround;

/** Mean over 3×3 values (reach 1) or 5×5 (reach 2): rows first, then columns. */
export function boxMean(
  from: Float32Array,
  to: Float32Array,
  { plane, line }: FilterScratch,
  { width, height }: Size,
  reach: 1 | 2,
): void {
  for (let y = 0; y < height; y++) {
    padLine(from, y * width, 1, width, reach, line);
    for (let x = 0; x < width; x++) plane[y * width + x] = sumAt(line, x, reach);
  }
  const scale = f(1 / (2 * reach + 1) ** 2);
  for (let x = 0; x < width; x++) {
    padLine(plane, x, width, height, reach, line);
    for (let y = 0; y < height; y++) to[y * width + x] = sumAt(line, y, reach) * scale;
  }
}

/** Sum of the 2·reach + 1 values from `start` on. */
function sumAt(line: Float32Array, start: number, reach: 1 | 2): number {
  const a = line[start] ?? 0;
  const b = line[start + 1] ?? 0;
  const c = line[start + 2] ?? 0;
  if (reach === 1) return f(f(a + b) + c);
  return f(f(f(a + b) + f(c + (line[start + 3] ?? 0))) + (line[start + 4] ?? 0));
}

/** Minimum over (2·reach + 1)² values, in place. */
export function erode(
  values: Float32Array,
  { plane, line }: FilterScratch,
  { width, height }: Size,
  reach: number,
): void {
  for (let y = 0; y < height; y++) {
    padLine(values, y * width, 1, width, reach, line);
    for (let x = 0; x < width; x++) plane[y * width + x] = leastAt(line, x, reach);
  }
  for (let x = 0; x < width; x++) {
    padLine(plane, x, width, height, reach, line);
    for (let y = 0; y < height; y++) values[y * width + x] = leastAt(line, y, reach);
  }
}

/** Least of the 2·reach + 1 values from `start` on. */
function leastAt(line: Float32Array, start: number, reach: number): number {
  let least = line[start] ?? 0;
  for (let i = start + 1; i <= start + 2 * reach; i++) {
    const value = line[i] ?? 0;
    if (value < least) least = value;
  }
  return least;
}

/** A row or column with its first and last value repeated `reach` times on either side. */
function padLine(
  from: Float32Array,
  start: number,
  step: number,
  count: number,
  reach: number,
  line: Float32Array,
): void {
  for (let i = 0; i < count; i++) line[reach + i] = from[start + i * step] ?? 0;
  line.fill(line[reach] ?? 0, 0, reach);
  line.fill(line[reach + count - 1] ?? 0, reach + count, 2 * reach + count);
}
