import { EPOCH_TAG_MIN_Z } from 'invisible-watermark-ts';
import type { Coverage, MarkedPicture, TimelineEntry, Verdict } from '@guise/protocol';
import { coverageOf, sampledDetail } from './coverage.js';
import { isWholeFrame } from './frame-share.js';
import { listSeconds } from './list-seconds.js';
import { foreignTiles, judgePictures, middleOf } from './judge-pictures.js';
import { comparedShare, receivedTiles } from './marked-region.js';
import { decideOverall } from './overall.js';
import { holdsAt, type MarkObservation, type SecondObservation, type SessionRecords } from './observation.js';
import { REASON_CODES, type ReasonCode, type SecondVerdict } from './reasons.js';

export interface VerdictDecision {
  readonly verdict: Verdict;
  readonly reasons: readonly { readonly code: ReasonCode; readonly message: string }[];
  readonly timeline: readonly SecondVerdict[];
  /** How much of the material was looked at. */
  readonly coverage: Coverage;
  /** The session seen in most seconds. */
  readonly session: number | null;
}

interface VerdictInput {
  /** In the order of the seconds. */
  readonly observations: readonly SecondObservation[];
  /** Records by session number. */
  readonly sessions: ReadonlyMap<number, SessionRecords>;
  /** Length of the material; null when it does not tell. */
  readonly materialSeconds: number | null;
}

/**
 * Judges each second by the records as they stood at that second, then the whole. No second is `authorised` unless
 * everything that could speak against it was looked at, and marked pictures fill its frames.
 */
export function decideVerdict(input: VerdictInput): VerdictDecision {
  const { observations, sessions, materialSeconds } = input;
  const judged = observations.map((seen) => judgeSecond(seen, sessions));
  const timeline = judged.map((second, i) => traceWeakSecond(second, i, input));
  const coverage = coverageOf(
    observations.map(({ second }) => second),
    materialSeconds,
  );
  const counts = countSessions(observations);
  const { verdict, codes } = decideOverall(timeline, coverage, counts.size);
  const [mostSeen] = [...counts].sort(([, a], [, b]) => b - a);
  return {
    verdict,
    reasons: codes.map((code) => ({ code, message: explain(code, timeline, coverage) })),
    timeline,
    coverage,
    session: mostSeen?.[0] ?? null,
  };
}

/** One marked picture of a second, judged for itself. */
interface MarkVerdict {
  readonly mark: MarkObservation;
  readonly verdict: Verdict;
  readonly reason: ReasonCode;
  readonly renderedAt: number | null;
}

function judgeSecond(seen: SecondObservation, sessions: ReadonlyMap<number, SessionRecords>): SecondVerdict {
  const [first, ...others] = seen.marks.map((mark) => judgeMark(mark, sessions));
  if (first === undefined) return unmarkedSecond(seen);
  const marks = [first, ...others];
  const worst = others.reduce((a, b) => (GRAVITY[b.verdict] > GRAVITY[a.verdict] ? b : a), first);
  if (worst.verdict !== 'authorised' || isFilled(seen)) return toVerdict(seen, marks, worst);
  return toVerdict(seen, marks, { ...worst, verdict: 'inconclusive', reason: 'shows-more' });
}

/** Which of several marked pictures speaks for their second. */
const GRAVITY: Readonly<Record<Verdict, number>> = {
  authorised: 0,
  unmarked: 1,
  inconclusive: 2,
  'not-authorised': 3,
  altered: 4,
};

/** The marked pictures are all that the frame shows; that must have been measured. */
const isFilled = ({ share }: SecondObservation): boolean => share !== null && isWholeFrame(share);

function judgeMark(mark: MarkObservation, sessions: ReadonlyMap<number, SessionRecords>): MarkVerdict {
  const answer = (verdict: Verdict, reason: ReasonCode, renderedAt: number | null = null): MarkVerdict => ({
    ...{ mark, verdict, reason, renderedAt },
  });
  const records = sessions.get(mark.session);
  if (records === undefined) return answer('not-authorised', 'session-unknown');
  if (records.erased) return answer('inconclusive', 'records-erased');
  if (mark.epoch === null) return answer('inconclusive', 'epoch-unreadable');
  const epoch = records.epochs.get(mark.epoch);
  if (epoch === undefined) {
    const newest = Math.max(-1, ...records.epochs.keys());
    const pending = records.live && mark.epoch > newest;
    return pending
      ? answer('inconclusive', 'evidence-pending')
      : answer('not-authorised', 'evidence-missing');
  }
  const refusal = refusalAt(records, epoch.renderedAt);
  if (refusal !== null) return answer('not-authorised', refusal, epoch.renderedAt);
  if (epoch.slateOnly) return answer('altered', 'slate-second', epoch.renderedAt);
  const { epoch: number } = mark;
  const slateNear = [-1, 0, 1].some((offset) => records.epochs.get(number + offset)?.hasSlate);
  const { verdict, reason } = judgeTagged(mark, slateNear);
  return answer(verdict, reason, epoch.renderedAt);
}

/** Everything that must have held in the second in which the picture was made. */
function refusalAt(records: SessionRecords, second: number): ReasonCode | null {
  if (!holdsAt(records.permits, second)) return 'permit-not-in-force';
  if (!holdsAt(records.consent, second)) return 'consent-not-in-force';
  if (!holdsAt(records.avatarActive, second)) return 'approval-not-in-force';
  if (!holdsAt(records.device, second)) return 'device-not-in-force';
  return null;
}

/**
 * Of a cut picture so much at least must be compared: the tiles at its edges are not. Where a strip is missing at one side it is
 * 12 of 16 tiles, at two 8 or 9, at three 6, all around 4.
 */
const MIN_COMPARED_SHARE = 0.5;

/** A copied mark brings a valid tag along: only the pictures themselves give it away, so they come first. */
function judgeTagged(mark: MarkObservation, slateNear: boolean): { verdict: Verdict; reason: ReasonCode } {
  const judged = judgePictures(mark.pictures, slateNear);
  if (judged.verdict !== 'authorised') return judged;
  const received = receivedTiles(mark.region);
  const compared = mark.pictures.map(({ tileDistances }) => comparedShare(received, tileDistances));
  if (Math.min(...compared) < MIN_COMPARED_SHARE)
    return { verdict: 'inconclusive', reason: 'too-little-compared' };
  if (mark.epochTagZ === null) return { verdict: 'authorised', reason: 'tag-undisclosed' };
  return mark.epochTagZ >= EPOCH_TAG_MIN_Z ? judged : { verdict: 'inconclusive', reason: 'tag-mismatch' };
}

function toVerdict(
  { second, share }: SecondObservation,
  marks: readonly MarkVerdict[],
  { mark, verdict, reason, renderedAt }: MarkVerdict,
): SecondVerdict {
  const entry: TimelineEntry = {
    ...{ second, verdict, reason, renderedAt, share },
    epoch: mark.epoch,
    fingerprintDistance: middleOf(mark.pictures, ({ median }) => median),
    faceDistance: middleOf(mark.pictures, ({ face }) => face),
    epochTagZ: mark.epochTagZ,
    alteredTiles: foreignTiles(mark.pictures),
    pictures: marks.map(toPicture),
  };
  return { entry, reason };
}

const toPicture = ({ mark, verdict, reason, renderedAt }: MarkVerdict): MarkedPicture => ({
  ...{ verdict, reason, renderedAt },
  ...{ session: mark.session, epoch: mark.epoch, region: mark.region },
});

function unmarkedSecond({ second }: SecondObservation): SecondVerdict {
  const reason = 'no-mark';
  const nothing = { epoch: null, renderedAt: null, fingerprintDistance: null, faceDistance: null };
  const entry: TimelineEntry = {
    ...{ second, verdict: 'unmarked', reason, ...nothing },
    ...{ epochTagZ: null, alteredTiles: [], share: null, pictures: [] },
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
  { observations, sessions }: VerdictInput,
): SecondVerdict {
  const seen = observations[index];
  if (seen === undefined || seen.marks.length > 0 || seen.trace === null) return second;
  const { trace } = seen;
  const neighbours = [observations[index - 1], observations[index + 1]].filter(
    (other) => other !== undefined,
  );
  const isBetween = neighbours.every(({ marks }) => marks.some(({ session }) => session === trace.session));
  if (neighbours.length === 0 || !isBetween) return second;
  const recorded = judgeSecond({ ...seen, marks: [{ ...trace, epochTagZ: null }], trace: null }, sessions);
  if (recorded.entry.verdict !== 'authorised') return second;
  const reason = 'mark-too-weak';
  return { entry: { ...second.entry, verdict: 'inconclusive', reason }, reason };
}

function explain(code: ReasonCode, timeline: readonly SecondVerdict[], coverage: Coverage): string {
  if (code === 'sampled') return `${sampledDetail(coverage)} ${REASON_CODES[code]}`;
  if (code !== 'partly-proved') return REASON_CODES[code];
  const open = timeline.filter(({ entry }) => entry.verdict !== 'authorised');
  return `${REASON_CODES[code]} Not proved: ${listSeconds(open.map(({ entry }) => entry.second))}.`;
}

/** In how many seconds each session is seen. */
function countSessions(observations: readonly SecondObservation[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { marks } of observations)
    for (const session of new Set(marks.map((mark) => mark.session)))
      counts.set(session, (counts.get(session) ?? 0) + 1);
  return counts;
}
