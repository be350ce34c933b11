export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Milliseconds that `work` took. */
export function timedMs(work: () => void): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
