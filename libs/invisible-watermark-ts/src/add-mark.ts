import type { StrengthMap } from './strength-map.js';
import type { Size } from './types.js';

/** No pixel changes by more than this many code values. */
export const MAX_AMPLITUDE = 7;
/** Strengths and changes are fixed-point numbers of 16 fractional bits: every implementation gets the same bytes. */
const FRACTION_BITS = 16;
const ONE = 1 << FRACTION_BITS;
const HALF = ONE / 2;
const LIMIT = MAX_AMPLITUDE * ONE;

/**
 * The embedding kernel: luma += clip(gain · strength · field, ±MAX_AMPLITUDE), rounded half up, kept within 0–255. Strength is
 * interpolated linearly between block centres, across a row once per block row and down the rows by a constant step per
 * pixel.
 */
export class MarkAdder {
  /** Fixed-point strength of every pixel of the current row, and its change from one row to the next. */
  private readonly strength: Int32Array;
  private readonly step: Int32Array;
  private readonly blockRow: Int32Array;

  constructor(
    private readonly size: Size,
    private readonly map: StrengthMap,
  ) {
    this.strength = new Int32Array(size.width);
    this.step = new Int32Array(size.width);
    this.blockRow = new Int32Array(map.columns);
  }

  /** Marks the plane and returns the sum of squared changes. */
  add(luma: Uint8Array, stride: number, field: Int8Array, gain: number): number {
    const { width, height } = this.size;
    const { block, rows } = this.map;
    const half = block >> 1;
    let energy = 0;
    let y = 0;
    // Run r lies between the centres of block rows r and r + 1; the outer ones lie beyond the first and last centre.
    for (let run = -1; y < height; run++) {
      const stop = run >= rows - 1 ? height : Math.min(height, (run + 1) * block + half);
      this.startRun(Math.max(0, run), Math.min(rows - 1, run + 1), gain * ONE);
      for (; y < stop; y++)
        energy += addMarkRow(luma, y * stride, field, y * width, width, this.strength, this.step);
    }
    return energy;
  }

  private startRun(upper: number, lower: number, scale: number): void {
    const { strength, step, blockRow, map } = this;
    this.scaleBlockRow(lower, scale);
    interpolateRow(blockRow, map.block, step);
    this.scaleBlockRow(upper, scale);
    interpolateRow(blockRow, map.block, strength);
    for (let x = 0; x < step.length; x++) step[x] = (((step[x] ?? 0) - (strength[x] ?? 0)) / map.block) | 0;
  }

  private scaleBlockRow(row: number, scale: number): void {
    const { blockRow, map } = this;
    const start = row * map.columns;
    for (let c = 0; c < blockRow.length; c++) blockRow[c] = Math.round(scale * (map.values[start + c] ?? 0));
  }
}

/** Spreads one value per block over the pixels of a row, in constant steps between block centres. */
function interpolateRow(blocks: Int32Array, block: number, out: Int32Array): void {
  const last = blocks.length - 1;
  const half = block >> 1;
  let x = 0;
  for (let run = -1; x < out.length; run++) {
    let value = blocks[Math.max(0, run)] ?? 0;
    const step = (((blocks[Math.min(last, run + 1)] ?? 0) - value) / block) | 0;
    const stop = run >= last ? out.length : Math.min(out.length, (run + 1) * block + half);
    for (; x < stop; x++) {
      out[x] = value;
      value += step;
    }
  }
}

/** The innermost loop: integers only, so that it can be copied to SIMD bit by bit. */
function addMarkRow(
  luma: Uint8Array,
  lumaStart: number,
  field: Int8Array,
  fieldStart: number,
  width: number,
  strength: Int32Array,
  step: Int32Array,
): number {
  let energy = 0;
  for (let x = 0; x < width; x++) {
    const amount = strength[x] ?? 0;
    strength[x] = amount + (step[x] ?? 0);
    const before = luma[lumaStart + x] ?? 0;
    let change = Math.imul(amount, field[fieldStart + x] ?? 0);
    change = change > LIMIT ? LIMIT : change < -LIMIT ? -LIMIT : change;
    let after = ((before << FRACTION_BITS) + change + HALF) >> FRACTION_BITS;
    after = after < 0 ? 0 : after > 255 ? 255 : after;
    luma[lumaStart + x] = after;
    const difference = (after - before) | 0;
    energy = (energy + Math.imul(difference, difference)) | 0;
  }
  return energy;
}
