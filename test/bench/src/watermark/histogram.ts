/** Counts of z-scores in steps of a tenth, from −8 to 8; anything beyond counts in the outermost steps. */
export interface Histogram {
  readonly counts: readonly number[];
  readonly largest: number;
}

export const Z_STEP = 0.1;
export const LEAST_Z = -8;
const STEPS = 160;

export class ZCounter {
  private readonly counts = Array.from({ length: STEPS }, () => 0);
  private largest = LEAST_Z;

  add(z: number): void {
    const step = Math.max(0, Math.min(STEPS - 1, Math.floor((z - LEAST_Z) / Z_STEP)));
    this.counts[step] = (this.counts[step] ?? 0) + 1;
    this.largest = Math.max(this.largest, z);
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
    largest: Math.max(LEAST_Z, ...parts.map(({ largest }) => largest)),
  };
}

/** Share of the values at or above the lower edge of each step. */
export function survival({ counts }: Histogram): { readonly z: number; readonly share: number }[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let below = 0;
  return counts.map((count, step) => {
    const share = (total - below) / Math.max(1, total);
    below += count;
    return { z: LEAST_Z + step * Z_STEP, share };
  });
}
