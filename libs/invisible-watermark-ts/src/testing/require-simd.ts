import { type SimdExports, simdModule } from '../kernels/simd-module.js';

/** The SIMD kernels; tests that compare them with the oracle cannot do without. */
export function requireSimd(): SimdExports {
  const simd = simdModule();
  if (simd === null) throw new Error('this platform has no WebAssembly SIMD');
  return simd;
}
