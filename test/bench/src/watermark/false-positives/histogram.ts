/** Counts in steps of a tenth, from LEAST on; anything beyond counts in the outermost steps. */
export interface Histogram {
  readonly counts: readonly number[];
  readonly largest: number;
}

export const STEP = 0.1;
export const LEAST = -8;
const STEPS = 240;

export class Counter {
  private readonly counts = Array.from({ length: STEPS }, () => 0);
  private largest = LEAST;

  add(value: number): void {
    // A hair above, so that a value on an edge belongs to the step above it whatever its rounding.
    const step = Math.max(0, Math.min(STEPS - 1, Math.floor((value - LEAST) / STEP + 1e-9)));
    this.counts[step] = (this.counts[step] ?? 0) + 1;
    // Of the two zeros JSON knows one.
    this.largest = Math.max(this.largest, value + 0);
  }

  histogram(): Histogram {
    return { counts: this.counts, largest: this.largest };
  }
}

export function mergeHistograms(parts: readonly Histogram[]): Histogram {
  return {
    counts: Array.from({ length: STEPS }, (_, step) =>
      parts.reduce((sum, { counts }) => sum + (counts[step] ?? 0), 0),
    ),
    largest: Math.max(LEAST, ...parts.map(({ largest }) => largest)),
  };
}

export const totalOf = ({ counts }: Histogram): number => counts.reduce((sum, count) => sum + count, 0);

/** Share of the values at or above the lower edge of each step. */
export function survival(histogram: Histogram): { readonly value: number; readonly share: number }[] {
  const total = totalOf(histogram);
  let below = 0;
  return histogram.counts.map((count, step) => {
    const share = (total - below) / Math.max(1, total);
    below += count;
    return { value: LEAST + step * STEP, share };
  });
}
