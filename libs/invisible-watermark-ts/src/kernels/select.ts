import { type SimdExports, simdModule } from './simd-module.js';

/** `auto` takes the SIMD kernels where they run; `scalar` never does. Both mark the same bytes. */
export type KernelChoice = 'auto' | 'scalar';

let choice: KernelChoice = 'auto';

/**
 * Chooses the arithmetic of embedders and detectors created from now on, and says which one they get. For tests, and for
 * places where compiling WebAssembly is unwelcome.
 */
export function selectKernels(wanted: KernelChoice): 'simd' | 'scalar' {
  choice = wanted;
  return selectedSimd() === null ? 'scalar' : 'simd';
}

/** The SIMD kernels when they are chosen and can run, else null. */
export function selectedSimd(): SimdExports | null {
  return choice === 'scalar' ? null : simdModule();
}
