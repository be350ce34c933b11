// Small filters on planes of 32-bit block values, the oracle of those in assembly/strength-map.ts: every sum is rounded to 32
// bits, in this order. Values beyond the border repeat the outermost ones.

import type { Size } from './types.js';

const f = Math.fround;

/** Mean over 3×3 values (reach 1) or 5×5 (reach 2). */
export function boxMean(
  from: Float32Array,
  to: Float32Array,
  scratch: Float32Array,
  { width, height }: Size,
  reach: 1 | 2,
): void {
  const sum = reach === 1 ? sum3 : sum5;
  const scale = f(1 / (2 * reach + 1) ** 2);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      scratch[y * width + x] = sum((tap) => from[y * width + clamp(x + tap, width)] ?? 0);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      to[y * width + x] = sum((tap) => scratch[clamp(y + tap, height) * width + x] ?? 0) * scale;
}

function sum3(at: (tap: number) => number): number {
  return f(f(at(-1) + at(0)) + at(1));
}

function sum5(at: (tap: number) => number): number {
  return f(f(f(at(-2) + at(-1)) + f(at(0) + at(1))) + at(2));
}

function clamp(index: number, count: number): number {
  return Math.max(0, Math.min(count - 1, index));
}

/** Minimum over (2·reach + 1)² values, in place; `scratch` is overwritten. */
export function erode(
  values: Float32Array,
  scratch: Float32Array,
  { width, height }: Size,
  reach: number,
): void {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let least = Infinity;
      for (let i = Math.max(0, x - reach); i <= Math.min(width - 1, x + reach); i++)
        least = Math.min(least, values[y * width + i] ?? 0);
      scratch[y * width + x] = least;
    }
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let least = Infinity;
      for (let i = Math.max(0, y - reach); i <= Math.min(height - 1, y + reach); i++)
        least = Math.min(least, scratch[i * width + x] ?? 0);
      values[y * width + x] = least;
    }
}
