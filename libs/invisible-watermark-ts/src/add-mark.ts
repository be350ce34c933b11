import { q15, rampWeights } from './fixed-point.js';
import { selectedSimd } from './kernels/select.js';
import { SimdMarkAdder } from './kernels/simd-mark-adder.js';
import { fixedGain, MAX_AMPLITUDE, type StrengthMap } from './strength.js';
import type { Size } from './types.js';

/**
 * The embedding kernel: luma += clip(round(gain · strength · field), ±MAX_AMPLITUDE), kept within 0–255. Integers only, so
 * that every implementation marks the same bytes.
 */
export interface MarkAdder {
  /** Marks the plane, field in FIELD_UNIT steps, and returns the sum of squared changes. */
  add(luma: Uint8Array, stride: number, field: Int8Array, gain: number): number;
  /** out = from + (to − from)·weight, weight in 1/32768. */
  blend(from: Int8Array, to: Int8Array, weight: number, out: Int8Array): void;
}

export function createMarkAdder(size: Size, map: StrengthMap): MarkAdder {
  const simd = selectedSimd();
  return simd === null ? new ScalarMarkAdder(size, map) : new SimdMarkAdder(simd, size, map);
}

/** The oracle of assembly/add-mark.ts. */
export class ScalarMarkAdder implements MarkAdder {
  private readonly weights: Int16Array;

  constructor(
    private readonly size: Size,
    private readonly map: StrengthMap,
  ) {
    this.weights = rampWeights(map.block);
  }

  add(luma: Uint8Array, stride: number, field: Int8Array, gain: number): number {
    const { size, map, weights } = this;
    const { block, rows } = map;
    const fixed = fixedGain(gain);
    let energy = 0;
    for (let y = 0; y < size.height; y++) {
      // run r lies between the centres of block rows r and r + 1; beyond the outermost centres their strength holds
      const run = Math.floor((y - (block >> 1)) / block);
      const weight = weights[y - (block >> 1) - run * block] ?? 0;
      const upper = Math.max(0, run) * size.width;
      const lower = Math.min(rows - 1, run + 1) * size.width;
      for (let x = 0; x < size.width; x++) {
        const above = map.strength[upper + x] ?? 0;
        const strength = above + q15((map.strength[lower + x] ?? 0) - above, weight);
        const wanted = q15(q15(strength, fixed), field[y * size.width + x] ?? 0);
        const change = Math.max(-MAX_AMPLITUDE, Math.min(MAX_AMPLITUDE, wanted));
        const before = luma[y * stride + x] ?? 0;
        const after = Math.max(0, Math.min(255, before + change));
        luma[y * stride + x] = after;
        energy += (after - before) ** 2;
      }
    }
    return energy;
  }

  blend(from: Int8Array, to: Int8Array, weight: number, out: Int8Array): void {
    for (let i = 0; i < out.length; i++) {
      const old = from[i] ?? 0;
      out[i] = old + q15((to[i] ?? 0) - old, weight);
    }
  }
}
