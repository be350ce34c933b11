import { verifyEvidenceSegment, verifySessionOpening } from '@guise/permit';
import type { ProofBundle, SessionOpening, TimelineEntry, VerificationReport } from '@guise/protocol';
import { hexToBytes } from '@noble/hashes/utils.js';
import { deriveEarlierKey, verifyDisclosedKey } from 'invisible-watermark-ts';
import { requireThat } from './checklist.js';
import { isProvedThroughout } from './overall.js';
import type { LoggedPermit, SessionStory, SignedEvidence } from './story.js';

/** The device committed to its key chain and avatar before the first evidence, and the permits name that chain. */
export async function checkSessionOpening(
  permits: readonly LoggedPermit[],
  story: SessionStory,
): Promise<SessionOpening> {
  const { payload, index } = story.opened;
  const opening = await verifySessionOpening(payload.opening, payload.jwk);
  for (const { permit } of permits) {
    requireThat(
      permit.wear.watermark.chain_end === opening.chainEnd &&
        permit.wear.avatar_sha256 === opening.avatarSha256,
      `permit ${permit.claims.jti} names another key chain or avatar than the session opening`,
    );
  }
  requireThat(
    story.evidence.every((evidence) => evidence.index > index),
    'there is evidence older than the session',
  );
  return opening;
}

export async function checkEvidenceSignatures(story: SessionStory): Promise<SignedEvidence[]> {
  const { jwk, session } = story.opened.payload;
  const evidence: SignedEvidence[] = [];
  for (const { index, payload } of story.evidence) {
    const segment = await verifyEvidenceSegment(payload.segment, jwk);
    requireThat(segment.session === session, `the evidence in entry ${String(index)} is of another session`);
    evidence.push({ index, segment });
  }
  const epochs = evidence.flatMap(({ segment }) => segment.epochs.map(({ epoch }) => epoch));
  requireThat(new Set(epochs).size === epochs.length, 'two pieces of evidence speak of the same second');
  return evidence;
}

/**
 * Every disclosed key belongs to the chain whose end the device signed before the first frame. From the latest key
 * down, each explains the next, so the work is bounded by the length of one chain.
 */
export function checkEpochKeys(story: SessionStory, opening: SessionOpening): void {
  const [latest, ...earlier] = story.disclosures.toSorted((a, b) => b.payload.epoch - a.payload.epoch);
  if (latest === undefined) return;
  requireThat(
    latest.payload.epoch < opening.chainLength &&
      verifyDisclosedKey(latest.payload.key, latest.payload.epoch, hexToBytes(opening.chainEnd)),
    `the key in entry ${String(latest.index)} is not of the session's key chain`,
  );
  let known = latest.payload;
  for (const { index, payload } of earlier) {
    const derived = deriveEarlierKey(known.key, known.epoch, payload.epoch);
    requireThat(
      String(derived) === String(payload.key),
      `the key in entry ${String(index)} is not of the session's key chain`,
    );
    known = payload;
  }
}

/** A key is worthless as proof of time unless the evidence of its second was logged before it became known. */
export function checkDisclosureOrder(story: SessionStory, evidence: readonly SignedEvidence[]): void {
  for (const { index, segment } of evidence) {
    const last = Math.max(...segment.epochs.map(({ epoch }) => epoch));
    const early = story.disclosures.find(
      (disclosed) => disclosed.index < index && disclosed.payload.epoch >= last,
    );
    requireThat(
      early === undefined,
      `the evidence in entry ${String(index)} came after its key was disclosed`,
    );
  }
}

/** Every second that the report calls authorised is backed by evidence, a permit, and a consent not yet withdrawn. */
export function checkReportCovered(
  bundle: ProofBundle,
  report: VerificationReport,
  proved: {
    readonly permits: readonly LoggedPermit[];
    readonly evidence: readonly SignedEvidence[];
    readonly story: SessionStory;
  },
): void {
  requireThat(report.mediaSha256 === bundle.mediaSha256, 'report and bundle are about different files');
  const isOther =
    report.proof?.session !== bundle.session &&
    report.otherProofs.some(({ session }) => session === bundle.session);
  requireThat(
    isOther || report.facts === null || report.facts.session === proved.story.opened.payload.session,
    'report and bundle are about different sessions',
  );
  const epochs = new Map(
    proved.evidence.flatMap(({ segment }) => segment.epochs.map((epoch) => [epoch.epoch, epoch] as const)),
  );
  requireThat(
    report.verdict !== 'authorised' || isProvedThroughout(report.timeline, report.coverage),
    'the report calls the whole authorised, but not every second of it is proved, or was looked at',
  );
  const sessions = new Set(
    [bundle, report.proof, ...report.otherProofs].flatMap((proof) => proof?.session ?? []),
  );
  for (const { second, session, epoch, renderedAt } of report.timeline.flatMap(authorisedPictures)) {
    requireThat(
      session === undefined || sessions.has(session),
      `second ${String(second)} of the report shows a session without a proof`,
    );
    if (session !== undefined && session !== bundle.session) continue;
    const recorded = epoch === null ? undefined : epochs.get(epoch);
    requireThat(
      recorded?.renderedAt === renderedAt && recorded.slateFrames < recorded.frames,
      `second ${String(second)} of the report has no evidence in the bundle`,
    );
    const at = recorded.renderedAt;
    requireThat(
      proved.permits.some(({ permit }) => permit.claims.nbf <= at && at < permit.claims.exp),
      `second ${String(second)} of the report has no permit in the bundle`,
    );
    requireThat(
      proved.story.withdrawals.every(({ payload }) => at < payload.at),
      `second ${String(second)} of the report lies after the consent was withdrawn`,
    );
    requireStanding(proved.story, at, second);
  }
}

/** The pictures that a second calls authorised; the second itself in reports of earlier versions, which name no pictures. */
function authorisedPictures({ pictures, ...entry }: TimelineEntry) {
  const all = pictures.length > 0 ? pictures : [{ ...entry, session: undefined }];
  return all.flatMap(({ verdict, session, epoch, renderedAt }) =>
    verdict === 'authorised' ? [{ second: entry.second, session, epoch, renderedAt }] : [],
  );
}

/** Device and avatar may have ended between the permit and the second. */
function requireStanding(story: SessionStory, at: number, second: number): void {
  const revoked = story.devices.some(
    ({ payload }) =>
      payload.device === story.opened.payload.device && payload.state === 'revoked' && payload.at <= at,
  );
  requireThat(!revoked, `second ${String(second)} of the report lies after the device was revoked`);
  const avatar = story.avatarStates
    .filter(({ payload }) => payload.avatar === story.opened.payload.avatar && payload.at <= at)
    .at(-1);
  requireThat(
    avatar?.payload.to === 'active',
    `in second ${String(second)} of the report the avatar was not active`,
  );
}
