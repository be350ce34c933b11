import type { VerdictDecision } from '@guise/verification';
import type { MediaReading } from './media-analyst.js';
import type { ArchivedSession } from './session-archive.js';

/** What the records and the picture say, before names and proof are added. */
export interface Examination {
  readonly reading: MediaReading;
  readonly decision: VerdictDecision;
  /** Where it was looked at. */
  readonly seed: number;
  /** The sessions to be seen that this authority opened, by number; `main` is the one seen most. */
  readonly archived: ReadonlyMap<number, ArchivedSession>;
  readonly main: ArchivedSession | null;
}

/** Unix seconds of a session that the material shows, as the evidence has them. */
export function shownSeconds({ timeline }: VerdictDecision, session: number): number[] {
  const shown = timeline
    .flatMap(({ entry }) => entry.pictures)
    .flatMap((picture) => (picture.session === session ? (picture.renderedAt ?? []) : []));
  return [...new Set(shown)];
}

/** Least share of a frame that marked pictures fill; null without a mark. */
export function leastShare({ timeline }: VerdictDecision): number | null {
  const shares = timeline.flatMap(({ entry }) => entry.share ?? []);
  return shares.length === 0 ? null : Math.min(...shares);
}

/** log10 of the probability that unmarked material looks like the clearest second; null without a mark. */
export function bestConfidence({ seconds }: MediaReading): number | null {
  const found = seconds.flatMap(({ confidenceLog10 }) => (confidenceLog10 === null ? [] : [confidenceLog10]));
  return found.length === 0 ? null : Math.min(...found);
}
