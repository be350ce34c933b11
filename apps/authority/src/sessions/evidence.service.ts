import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { PermitError, verifyEvidenceSegment } from '@guise/permit';
import {
  countEvidenceSince,
  findActiveDevice,
  findEvidence,
  findLeafIndex,
  insertEvidence,
  LedgerOutbox,
  listPermits,
  lockWearSession,
  type Database,
  type Transaction,
  type WearSessionRecord,
} from '@guise/persistence';
import { FINGERPRINT_TEXT, sessionId, type EvidenceSegment } from '@guise/protocol';
import type { DevicePrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { LedgerSequencer } from '../ledger/ledger-sequencer.js';
import { Clock } from '../ports/clock.js';
import { DATABASE } from '../ports/tokens.js';
import { LATE_SECONDS, LATE_SEGMENTS, renderedWhenItSays } from './evidence-time.js';

/** Takes what a session leaves behind: once, in order, signed by the device that opened it. */
@Injectable()
export class EvidenceService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly ledger: LedgerOutbox,
    private readonly sequencer: LedgerSequencer,
  ) {}

  /**
   * Stores and logs a segment; the answer comes when it is in a published checkpoint. The same segment sent again (the
   * answer was lost) gets the same answer.
   * @throws ProblemError `evidence-invalid`, `evidence-out-of-order`, `session-closed`, `not-found`
   */
  async submit(device: DevicePrincipal, id: string, jws: string) {
    const entryId = await this.database.transaction((tx) => this.store(tx, device, id, jws));
    const published = await this.sequencer.publish();
    const leafIndex = await findLeafIndex(this.database.client, entryId);
    if (leafIndex === null) throw new Error('a published entry has no place in the log');
    return { leafIndex, checkpointSize: published.size };
  }

  private async store(tx: Transaction, device: DevicePrincipal, id: string, jws: string): Promise<bigint> {
    const session = await lockWearSession(tx, id, device.deviceId);
    const record = await findActiveDevice(tx, device.deviceId);
    if (session === null || record === null) throw new ProblemError('not-found');
    const segment = await verifyEvidenceSegment(jws, record.publicJwk).catch((error: unknown) => {
      if (!(error instanceof PermitError)) throw error;
      throw new ProblemError('evidence-invalid', { detail: `Evidence: ${error.message}.` });
    });
    const sha256 = createHash('sha256').update(jws).digest('hex');
    const known = await findEvidence(tx, id, segment.sequence);
    if (known?.sha256 === sha256) return known.entryId;
    await this.requireOpen(tx, session);
    requireNext(session, segment);
    this.requireSound(session, segment);
    if (!(await listPermits(tx, id)).some((permit) => permit.id === segment.permit)) {
      throw new ProblemError('evidence-invalid', {
        detail: 'The segment names a permit of another session.',
      });
    }
    const at = this.clock.nowSeconds();
    const entryId = await this.ledger.stage(tx, {
      v: 1,
      kind: 'evidence',
      at,
      session: sessionId.parse(id),
      segment: jws,
    });
    const { sequence } = segment;
    await insertEvidence(tx, { sessionId: id, sequence, sha256, entryId }, segment, this.clock.now());
    return entryId;
  }

  private async requireOpen(tx: Transaction, session: WearSessionRecord): Promise<void> {
    const { id, state, endedAt } = session;
    if (state === 'closed') throw new ProblemError('session-closed');
    if (endedAt === null) return;
    const late = this.clock.nowSeconds() > endedAt + LATE_SECONDS;
    // What came within the second of the end may have come before it.
    if (late || (await countEvidenceSince(tx, id, endedAt + 1)) >= LATE_SEGMENTS) {
      throw new ProblemError('session-closed');
    }
  }

  /** What a device says of itself is bounded by what the authority knows: session, chain and time. */
  private requireSound(session: WearSessionRecord, segment: EvidenceSegment): void {
    if (!renderedWhenItSays(session, segment.epochs, this.clock.nowSeconds())) {
      throw new ProblemError('evidence-invalid', {
        detail: 'The segment is not from now: it is too old, from the future, or runs back in time.',
      });
    }
    let before = session.lastEpoch ?? -1;
    for (const { epoch, frames, slateFrames, fingerprints } of segment.epochs) {
      const sound =
        epoch > before &&
        epoch < session.chainLength &&
        slateFrames <= frames &&
        (fingerprints.length === 0) === (slateFrames === frames) &&
        fingerprints.every((text) => FINGERPRINT_TEXT.test(text));
      if (!sound) {
        throw new ProblemError('evidence-invalid', {
          detail: `Epoch ${String(epoch)} is out of order or contradicts itself.`,
        });
      }
      before = epoch;
    }
  }
}

function requireNext(session: WearSessionRecord, segment: EvidenceSegment): void {
  if (segment.session !== session.id) {
    throw new ProblemError('evidence-invalid', { detail: 'The segment is of another session.' });
  }
  if (segment.sequence !== session.nextSequence || segment.previous !== session.lastSegmentSha256) {
    throw new ProblemError('evidence-out-of-order', {
      detail: `The next segment has the sequence ${String(session.nextSequence)} and follows the last one stored.`,
    });
  }
}
