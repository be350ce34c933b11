import type { WearSessionRecord } from '@guise/persistence';
import type { EvidenceEpoch } from '@guise/protocol';

/**
 * How far a device's idea of the authority's time may be off. A runtime sets its clock by every lease, to the second and
 * to the moment it asked, so it runs behind by up to a slow answer and may step back at the next lease.
 */
export const CLOCK_SLACK_SECONDS = 10;
/** The newest epoch of a segment is this fresh when it comes: it is sent when it ends, and again for eight seconds. */
const NEWEST_MAX_AGE_SECONDS = 60;
/**
 * The oldest epoch of a segment. A segment has five epochs: 300 frames at 60 a second, which a renderer that manages
 * five a second draws in 60 s (30 s for the usual 30 a second); and it may wait for the two before it.
 */
const OLDEST_MAX_AGE_SECONDS = 120;
/** A revoked session still hands in what was on its way when it ended: for this long, and this many segments. */
export const LATE_SECONDS = 60;
/** Three that the runtime had not been thanked for, and the one it was filling (libs/runtime `MAX_UNACKNOWLEDGED`). */
export const LATE_SEGMENTS = 4;

type KnownTimes = Pick<WearSessionRecord, 'openedAt' | 'endedAt' | 'lastRenderedAt'>;

/**
 * Whether a segment can have been rendered when it says. What a device says of its own past is worth nothing unless it
 * comes at once: were old dates taken, a withdrawal could be answered with evidence from before it. Dates after the
 * session's end need no such care, they speak against their sender.
 */
export function renderedWhenItSays(
  session: KnownTimes,
  epochs: readonly EvidenceEpoch[],
  now: number,
): boolean {
  const times = epochs.map(({ renderedAt }) => renderedAt);
  const latest = Math.min(now, session.endedAt ?? now) + CLOCK_SLACK_SECONDS;
  const earliest = Math.max(session.openedAt - CLOCK_SLACK_SECONDS, now - OLDEST_MAX_AGE_SECONDS);
  if (times.some((time) => time < earliest || time > latest)) return false;
  return Math.max(...times) >= now - NEWEST_MAX_AGE_SECONDS && neverRunsBack(times, session.lastRenderedAt);
}

function neverRunsBack(times: readonly number[], before: number | null): boolean {
  let highest = before ?? Number.NEGATIVE_INFINITY;
  for (const time of times) {
    if (time < highest - CLOCK_SLACK_SECONDS) return false;
    highest = Math.max(highest, time);
  }
  return true;
}
