export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** The value that `share` of them do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Pearson's r; NaN when one of them does not vary. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const [ma, mb] = [mean(a), mean(b)];
  const product = mean(a.map((value, i) => (value - ma) * ((b[i] ?? 0) - mb)));
  return product / Math.sqrt(mean(a.map((v) => (v - ma) ** 2)) * mean(b.map((v) => (v - mb) ** 2)));
}

/** A lid below this share of its median opening is shut; in the output, halfway there counts as following. */
const SHUT = 0.4;
const FOLLOWED = 0.6;
/** Frames by which the output may come early or late. */
const SLACK = 2;

export interface Blinks {
  readonly seen: number;
  readonly followed: number;
}

/** Runs of shut lids in the input, and how many of them the output shows. */
export function countBlinks(input: readonly number[], output: readonly number[]): Blinks {
  const relative = (lids: readonly number[]): readonly number[] => {
    const open = median(lids);
    return lids.map((lid) => lid / open);
  };
  const [wearer, avatar] = [relative(input), relative(output)];
  let [seen, followed] = [0, 0];
  for (let i = 0; i < wearer.length; i++) {
    if ((wearer[i] ?? 1) >= SHUT || (wearer[i - 1] ?? 1) < SHUT) continue;
    let end = i;
    while ((wearer[end] ?? 1) < SHUT) end++;
    seen++;
    const near = avatar.slice(Math.max(0, i - SLACK), end + SLACK);
    if (Math.min(...near) < FOLLOWED) followed++;
  }
  return { seen, followed };
}
