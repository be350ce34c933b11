/** How a figure spreads over many trials. */
export interface Spread {
  readonly n: number;
  readonly min: number;
  readonly p1: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN);
  if (sorted.length === 0) return null;
  return { n: sorted.length, min: at(0), p1: at(0.01), median: at(0.5), p99: at(0.99), max: at(1) };
}

/** A normal distribution fitted to distances of unrelated pictures, and its tail at a threshold. */
export interface NormalFit {
  readonly pairs: number;
  readonly mean: number;
  readonly deviation: number;
  readonly min: number;
  readonly threshold: number;
  /** Pairs at or below the threshold. */
  readonly below: number;
  /** log10 of the fitted probability of a distance at or below the threshold. */
  readonly log10FalseMatch: number;
}

export function fitNormal(values: readonly number[], threshold: number): NormalFit | null {
  if (values.length < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return {
    pairs: values.length,
    mean: round(mean),
    deviation: round(deviation),
    min: round(Math.min(...values)),
    threshold,
    below: values.filter((value) => value <= threshold).length,
    log10FalseMatch: round(log10Tail((mean - threshold) / deviation)),
  };
}

/** log10 of the upper tail of the unit normal, by its asymptotic series (Abramowitz and Stegun 26.2.12) from z = 2 on. */
function log10Tail(z: number): number {
  if (z < 2) return 0;
  return (
    (-z * z) / 2 / Math.LN10 -
    Math.log10(z * Math.sqrt(2 * Math.PI)) +
    Math.log10(1 - 1 / z ** 2 + 3 / z ** 4)
  );
}

export const round = (value: number): number => Math.round(value * 100) / 100;
