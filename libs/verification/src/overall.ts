import type { Coverage, TimelineEntry, Verdict } from '@guise/protocol';
import { isWhole } from './coverage.js';
import { isWholeFrame } from './frame-share.js';
import { ALTERED_MIN_TILES } from './picture-match.js';
import type { ReasonCode, SecondVerdict } from './reasons.js';

/**
 * Share of the seconds that may show the recorded picture under a mark too weak to read: one in ten, so none in a clip
 * shorter than ten seconds.
 */
export const WEAK_MAX_SHARE = 0.1;

/**
 * The verdict on the whole of a recording. Accusations come first, but need more than one second where there are more:
 * harsh compression moves single tiles of single seconds. `authorised` needs every second looked at and proved, but for the
 * few whose mark is too weak to read.
 */
export function decideOverall(
  timeline: readonly SecondVerdict[],
  coverage: Coverage,
  sessions: number,
): { verdict: Verdict; codes: ReasonCode[] } {
  const of = (verdict: Verdict): readonly SecondVerdict[] =>
    timeline.filter(({ entry }) => entry.verdict === verdict);
  const answer = (verdict: Verdict, codes: readonly ReasonCode[]) => ({
    verdict,
    codes: [
      ...new Set<ReasonCode>([
        ...codes,
        ...(sessions > 1 ? (['several-sessions'] as const) : []),
        ...(isWhole(coverage) ? [] : (['sampled'] as const)),
      ]),
    ],
  });
  const reasonsOf = (verdict: Verdict): ReasonCode[] => of(verdict).map(({ reason }) => reason);
  if (of('unmarked').length === timeline.length) return answer('unmarked', ['no-mark']);
  if (isAltered(of('altered'), timeline.length)) return answer('altered', reasonsOf('altered'));
  if (of('not-authorised').length > 0) return answer('not-authorised', reasonsOf('not-authorised'));
  if (
    isProvedThroughout(
      timeline.map(({ entry }) => entry),
      coverage,
    )
  )
    return answer('authorised', [...reasonsOf('authorised'), ...reasonsOf('inconclusive')]);
  const isPartly = of('authorised').length > 0 && of('authorised').length < timeline.length;
  return answer('inconclusive', [
    ...(of('altered').length > 0 ? (['single-second-differs'] as const) : []),
    ...(of('unmarked').length > 0 ? (['partly-unmarked'] as const) : []),
    ...reasonsOf('inconclusive'),
    ...(isPartly ? (['partly-proved'] as const) : []),
  ]);
}

/** What `authorised` asks of a timeline, whoever wrote it: a report says no more than its seconds do. */
export function isProvedThroughout(timeline: readonly TimelineEntry[], coverage: Coverage): boolean {
  const proved = timeline.filter(({ verdict, share }) => verdict === 'authorised' && isWholeFrame(share));
  // Reports of earlier versions give no reasons of single seconds.
  const weak = timeline.filter(
    ({ verdict, reason = 'mark-too-weak' }) => verdict === 'inconclusive' && reason === 'mark-too-weak',
  );
  return (
    isWhole(coverage) &&
    namesEverySecond(timeline, coverage) &&
    proved.length + weak.length === timeline.length &&
    proved.length > 0 &&
    weak.length <= Math.floor(timeline.length * WEAK_MAX_SHARE)
  );
}

/** Each once or more: a second told twice stands in for no other. */
function namesEverySecond(timeline: readonly TimelineEntry[], { seconds }: Coverage): boolean {
  const named = new Set(timeline.map(({ second }) => second));
  // First by their number: what a report claims as its length may be any.
  return (
    named.size >= seconds && Array.from({ length: seconds }, (_, second) => second).every((s) => named.has(s))
  );
}

/** Two seconds of another picture, or the same tiles foreign in two seconds; one second where there is no more. */
function isAltered(altered: readonly SecondVerdict[], seconds: number): boolean {
  if (seconds <= 2) return altered.length > 0;
  if (altered.filter(({ reason }) => reason !== 'tiles-differ').length >= 2) return true;
  const counts = new Map<number, number>();
  for (const tile of altered.flatMap(({ entry }) => entry.alteredTiles)) {
    counts.set(tile, (counts.get(tile) ?? 0) + 1);
  }
  return [...counts.values()].filter((count) => count >= 2).length >= ALTERED_MIN_TILES;
}
