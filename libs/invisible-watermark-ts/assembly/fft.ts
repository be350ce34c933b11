// Copy of src/fft.ts: a Stockham transform of interleaved sequences, four sequences at a time.

import { pass2, pass3, pass4, pass5 } from './fft-butterflies';

/**
 * Transforms `batch` (a multiple of four) interleaved sequences from (re, im); the passes alternate between these and the work
 * arrays. Returns whether the result lies in the work arrays. `plan`: number of stages, then per stage radix, m and stride
 * (32-bit each), then every stage's cosines and sines (floats).
 */
export function transform(plan: usize, batch: i32, re: usize, im: usize, workRe: usize, workIm: usize): bool {
  const stages = load<i32>(plan);
  let twiddles = plan + 4 + 12 * <usize>stages;
  let inWork = false;
  for (let i: usize = 0; i < <usize>stages; i++) {
    const radix = load<i32>(plan + 12 * i, 4);
    const m = load<i32>(plan + 12 * i, 8);
    const s = (<usize>(load<i32>(plan + 12 * i, 12) * batch)) << 2;
    const bytes = (<usize>m * (radix - 1)) << 2;
    const xr = inWork ? workRe : re;
    const xi = inWork ? workIm : im;
    const yr = inWork ? re : workRe;
    const yi = inWork ? im : workIm;
    if (radix === 4) pass4(m, s, twiddles, twiddles + bytes, xr, xi, yr, yi);
    else if (radix === 2) pass2(m, s, twiddles, twiddles + bytes, xr, xi, yr, yi);
    else if (radix === 3) pass3(m, s, twiddles, twiddles + bytes, xr, xi, yr, yi);
    else pass5(m, s, twiddles, twiddles + bytes, xr, xi, yr, yi);
    twiddles += 2 * bytes;
    inWork = !inWork;
  }
  return inWork;
}
