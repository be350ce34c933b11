import type { Coverage } from '@guise/protocol';

/**
 * A file may be said to last this much longer than its last picture is shown: sound that ends later, lengths that are
 * rounded up. So short a rest of a second need not hold a picture that was looked at.
 */
const TAIL_SECONDS = 0.3;

/**
 * How much of the material was looked at.
 * @param read seconds of which pictures were looked at, ascending
 * @param materialSeconds null when the material does not tell: then it ends with the last second that was read
 */
export function coverageOf(read: readonly number[], materialSeconds: number | null): Coverage {
  const length = Math.max(1, Math.ceil((materialSeconds ?? 0) - TAIL_SECONDS), (read.at(-1) ?? 0) + 1);
  const bounds = [-1, ...read, length];
  const gaps = bounds.slice(1).map((second, i) => second - (bounds[i] ?? 0) - 1);
  return { seconds: length, read: read.length, longestGap: Math.max(0, ...gaps) };
}

/** Every second was looked at. */
export const isWhole = ({ seconds, read }: Coverage): boolean => read >= seconds;

/** Said beside every verdict on material of which some seconds were not looked at. */
export function sampledDetail({ seconds, read, longestGap }: Coverage): string {
  const share = ((100 * read) / seconds).toFixed(1);
  return `${String(read)} of ${String(seconds)} seconds (${share} %) were looked at, up to ${String(longestGap)} s in a row were not.`;
}
