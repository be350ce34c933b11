/** The value below which a share `p` (0–1) of the values lies; NaN for none. Nearest rank. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round(p * (sorted.length - 1))] ?? NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Range from the 5th to the 95th percentile; 0 for none. */
export function spread(values: readonly number[]): number {
  return values.length === 0 ? 0 : quantile(values, 0.95) - quantile(values, 0.05);
}
