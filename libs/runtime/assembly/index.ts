// The SIMD kernels. Each is the copy of a scalar function in src/ and must give the same numbers. They keep no state; the caller
// lays out memory (src/kernels).
export { blendSamples } from './blend-samples';

/** First byte that the caller may use. */
export function heapBase(): usize {
  return __heap_base;
}
