import { EPOCH_TAG_MIN_Z } from 'invisible-watermark-ts';
import type { TimelineEntry, Verdict } from '@guise/protocol';
import { listSeconds } from './list-seconds.js';
import { foreignTiles, judgePictures, middleOf } from './judge-pictures.js';
import { decideOverall } from './overall.js';
import { holdsAt, type SecondObservation, type SessionRecords } from './observation.js';
import { REASON_CODES, type ReasonCode, type SecondVerdict } from './reasons.js';

export interface VerdictDecision {
  readonly verdict: Verdict;
  readonly reasons: readonly { readonly code: ReasonCode; readonly message: string }[];
  readonly timeline: readonly SecondVerdict[];
  /** The session seen in most seconds. */
  readonly session: number | null;
}

/**
 * Judges each second by the records as they stood at that second, then the whole. No second is `authorised` unless
 * everything that could speak against it was looked at.
 */
export function decideVerdict(input: {
  readonly observations: readonly SecondObservation[];
  /** Records by session number. */
  readonly sessions: ReadonlyMap<number, SessionRecords>;
}): VerdictDecision {
  const judged = input.observations.map((seen) => judgeSecond(seen, input.sessions));
  const timeline = judged.map((second, i) => traceWeakSecond(second, i, input));
  const session = mostSeenSession(input.observations);
  const { verdict, codes } = decideOverall(timeline, countSessions(input.observations));
  return {
    verdict,
    reasons: codes.map((code) => ({ code, message: explain(code, timeline) })),
    timeline,
    session,
  };
}

function judgeSecond(seen: SecondObservation, sessions: ReadonlyMap<number, SessionRecords>): SecondVerdict {
  if (seen.session === null) return toVerdict(seen, 'unmarked', 'no-mark');
  const records = sessions.get(seen.session);
  if (records === undefined) return toVerdict(seen, 'not-authorised', 'session-unknown');
  if (seen.epoch === null) return toVerdict(seen, 'inconclusive', 'epoch-unreadable');
  const epoch = records.epochs.get(seen.epoch);
  if (epoch === undefined) {
    const newest = Math.max(-1, ...records.epochs.keys());
    const pending = records.live && seen.epoch > newest;
    return pending
      ? toVerdict(seen, 'inconclusive', 'evidence-pending')
      : toVerdict(seen, 'not-authorised', 'evidence-missing');
  }
  const refusal = refusalAt(records, epoch.renderedAt);
  if (refusal !== null) return toVerdict(seen, 'not-authorised', refusal, epoch.renderedAt);
  if (epoch.slateOnly) return toVerdict(seen, 'altered', 'slate-second', epoch.renderedAt);
  const { epoch: number } = seen;
  const slateNear = [-1, 0, 1].some((offset) => records.epochs.get(number + offset)?.hasSlate);
  const { verdict, reason } = judgeTagged(seen, slateNear);
  return toVerdict(seen, verdict, reason, epoch.renderedAt);
}

/** Everything that must have held in the second in which the picture was made. */
function refusalAt(records: SessionRecords, second: number): ReasonCode | null {
  if (!holdsAt(records.permits, second)) return 'permit-not-in-force';
  if (!holdsAt(records.consent, second)) return 'consent-not-in-force';
  if (!holdsAt(records.avatarActive, second)) return 'approval-not-in-force';
  if (!holdsAt(records.device, second)) return 'device-not-in-force';
  return null;
}

/** A copied mark brings a valid tag along: only the pictures themselves give it away, so they come first. */
function judgeTagged(seen: SecondObservation, slateNear: boolean): { verdict: Verdict; reason: ReasonCode } {
  const judged = judgePictures(seen.pictures, slateNear);
  if (judged.verdict !== 'authorised') return judged;
  if (seen.epochTagZ === null) return { verdict: 'authorised', reason: 'tag-undisclosed' };
  return seen.epochTagZ >= EPOCH_TAG_MIN_Z ? judged : { verdict: 'inconclusive', reason: 'tag-mismatch' };
}

function toVerdict(
  seen: SecondObservation,
  verdict: Verdict,
  reason: ReasonCode,
  renderedAt: number | null = null,
): SecondVerdict {
  const entry: TimelineEntry = {
    second: seen.second,
    verdict,
    epoch: seen.epoch,
    renderedAt,
    fingerprintDistance: middleOf(seen.pictures, ({ median }) => median),
    faceDistance: middleOf(seen.pictures, ({ face }) => face),
    epochTagZ: seen.epochTagZ,
    alteredTiles: foreignTiles(seen.pictures),
  };
  return { entry, reason };
}

/**
 * A second without a readable mark is a weak one when both its neighbours are of one session and the second itself shows
 * what that session recorded, in a second in which everything held. Anything less is simply unmarked.
 */
function traceWeakSecond(
  second: SecondVerdict,
  index: number,
  { observations, sessions }: Parameters<typeof decideVerdict>[0],
): SecondVerdict {
  const seen = observations[index];
  if (seen?.session !== null || seen.trace === null) return second;
  const { trace } = seen;
  const neighbours = [observations[index - 1], observations[index + 1]].filter(
    (other) => other !== undefined,
  );
  if (neighbours.length === 0 || neighbours.some(({ session }) => session !== trace.session)) return second;
  const recorded = judgeSecond({ ...seen, ...trace, trace: null }, sessions);
  if (recorded.entry.verdict !== 'authorised') return second;
  return { entry: { ...second.entry, verdict: 'inconclusive' }, reason: 'mark-too-weak' };
}

function explain(code: ReasonCode, timeline: readonly SecondVerdict[]): string {
  if (code !== 'partly-proved') return REASON_CODES[code];
  const open = timeline.filter(({ entry }) => entry.verdict !== 'authorised');
  return `${REASON_CODES[code]} Not proved: ${listSeconds(open.map(({ entry }) => entry.second))}.`;
}

const countSessions = (observations: readonly SecondObservation[]): number =>
  new Set(observations.flatMap(({ session }) => (session === null ? [] : [session]))).size;

function mostSeenSession(observations: readonly SecondObservation[]): number | null {
  const counts = new Map<number, number>();
  for (const { session } of observations)
    if (session !== null) counts.set(session, (counts.get(session) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}
