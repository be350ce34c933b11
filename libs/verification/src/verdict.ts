import { EPOCH_TAG_MIN_Z } from 'invisible-watermark-ts';
import type { TimelineEntry, Verdict } from '@guise/protocol';
import { listSeconds } from './list-seconds.js';
import { ALTERED_MIN_TILES, decideOverall } from './overall.js';
import {
  holdsAt,
  type FingerprintMatch,
  type SecondObservation,
  type SessionRecords,
} from './observation.js';
import { REASON_CODES, type ReasonCode, type SecondVerdict } from './reasons.js';

export interface VerdictDecision {
  readonly verdict: Verdict;
  readonly reasons: readonly { readonly code: ReasonCode; readonly message: string }[];
  readonly timeline: readonly SecondVerdict[];
  /** The session seen in most seconds. */
  readonly session: number | null;
}

/**
 * Largest median tile distance (of 64 bits) at which a picture is the recorded one. Codecs and rescaling move a tile by
 * 0–4 bits (WATERMARK.md); two recordings of one person in one room are 12 and more apart.
 */
export const PICTURE_MAX_MEDIAN = 6;
/** From this median on it is another picture. Between the two it was treated too harshly to tell. */
export const PICTURE_DIFFERS_MEDIAN = 10;
/** A tile is foreign when it lies this far above the picture's own median, and … */
export const TILE_MIN_EXCESS = 8;
/** … at least this far in absolute terms: pasted faces move their tiles by 10–34, codecs by 0–4. */
export const TILE_MIN_DISTANCE = 10;

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
  const [verdict, reason] = judgePicture(seen, slateNear);
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

/** @param slateNear unmarked slate frames may lie among the pictures of this second, and are no alteration */
function judgePicture(seen: SecondObservation, slateNear: boolean): [Verdict, ReasonCode] {
  const median = seen.fingerprint?.median ?? null;
  if (seen.fingerprint === null || median === null) return ['inconclusive', 'nothing-to-compare'];
  // A copied mark brings a valid tag along; only the picture itself gives it away.
  if (median >= PICTURE_DIFFERS_MEDIAN)
    return slateNear ? ['inconclusive', 'slate-between'] : ['altered', 'picture-differs'];
  if (alteredTiles(seen.fingerprint).length >= ALTERED_MIN_TILES) return ['altered', 'tiles-differ'];
  // A genuine picture vouches for itself only, never for the ones beside it.
  if ((seen.farthest ?? median) >= PICTURE_DIFFERS_MEDIAN)
    return ['inconclusive', slateNear ? 'slate-between' : 'pictures-mixed'];
  if (median > PICTURE_MAX_MEDIAN) return ['inconclusive', 'picture-unclear'];
  if (seen.epochTagZ === null) return ['authorised', 'tag-undisclosed'];
  return seen.epochTagZ >= EPOCH_TAG_MIN_Z ? ['authorised', 'proved'] : ['inconclusive', 'tag-mismatch'];
}

/** Tiles that stand out from a picture which otherwise matches. */
export function alteredTiles(match: FingerprintMatch): number[] {
  const limit = Math.max(TILE_MIN_DISTANCE, (match.median ?? 0) + TILE_MIN_EXCESS);
  return match.tileDistances.flatMap((distance, tile) =>
    distance !== null && distance >= limit ? [tile] : [],
  );
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
    fingerprintDistance: seen.fingerprint?.median ?? null,
    epochTagZ: seen.epochTagZ,
    alteredTiles: seen.fingerprint === null ? [] : alteredTiles(seen.fingerprint),
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
