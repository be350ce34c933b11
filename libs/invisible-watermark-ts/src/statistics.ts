/** log10 of an upper bound on the Gaussian tail P(Z ≥ z): φ(z)/z for z > 0.8, one half below. */
export function gaussianTailLog10(z: number): number {
  if (!(z > 0.8)) return Math.log10(0.5);
  return -(z * z) / 2 / Math.LN10 - Math.log10(z * Math.sqrt(2 * Math.PI));
}

/** Divides by the root mean square, in place; zeros stay zeros. */
export function normalize(values: Float32Array): void {
  let energy = 0;
  for (const value of values) energy += value * value;
  const scale = energy > 0 ? 1 / Math.sqrt(energy / values.length) : 0;
  for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) * scale;
}

/** Correlation of unit-variance values with ±1 chips, in standard deviations of independent chips. */
export function chipZ(values: Float32Array, chips: Int8Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) * (chips[i] ?? 0);
  return sum / Math.sqrt(values.length);
}
