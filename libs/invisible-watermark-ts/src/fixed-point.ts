/** Fractions have 15 bits: 32768 is one. */
export const FRACTION_ONE = 32_768;

/** Rounded product of a number and a fraction, as SIMD multiplies 16-bit numbers: (a·b + 2^14) >> 15. */
export function q15(a: number, b: number): number {
  return (Math.imul(a, b) + 0x4000) >> 15;
}

/** Weights k/count as fractions, k = 0 … count − 1. */
export function rampWeights(count: number): Int16Array {
  return Int16Array.from({ length: count }, (_, k) => Math.round((FRACTION_ONE * k) / count));
}
