import { Inject, Injectable } from '@nestjs/common';
import { parsePayload } from '@guise/ledger';
import { PermitError, verifyEvidenceSegment } from '@guise/permit';
import {
  createLedgerStore,
  findWearSessionByNumber,
  listErasedAbout,
  listPermits,
  readEntriesAbout,
  readSessionHistory,
  type Database,
  type PermitRecord,
  type SessionHistory,
  type StoredEntry,
  type Transaction,
  type WearSessionRecord,
} from '@guise/persistence';
import type { EvidenceSegment, P256Jwk } from '@guise/protocol';
import type { SessionRecords } from '@guise/verification';
import type { Logger } from 'pino';
import { LedgerReader } from '../ledger/ledger-reader.js';
import { Clock } from '../ports/clock.js';
import { DATABASE, LOGGER } from '../ports/tokens.js';
import { createEntryCheck } from '../reconciliation/entry-check.js';
import { createErasedLeaves } from '../reconciliation/erased-leaves.js';
import type { SessionEvidence } from './media-analyst.js';

/** A session that says nothing for this long is not waited for: what it did not hand in is missing. */
const LIVE_SECONDS = 60;

/** A segment as the device signed it, with the ledger entry that holds it. */
export interface ArchivedSegment {
  readonly entry: StoredEntry;
  readonly segment: EvidenceSegment;
}

/** One session with all that was kept of it. */
export interface ArchivedSession {
  readonly session: WearSessionRecord;
  readonly segments: readonly ArchivedSegment[];
  readonly permits: readonly PermitRecord[];
  readonly history: SessionHistory;
  /** Entries that would prove it were erased by right: there is no proof, and none can be made. */
  readonly erased: boolean;
}

/**
 * Reads back sessions by the number in a mark. Evidence is what the device signed, read from the ledger entry and
 * verified again; what anybody else wrote there is none.
 */
@Injectable()
export class SessionArchive {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly clock: Clock,
    private readonly ledger: LedgerReader,
  ) {}

  async find(sessionNumber: number): Promise<ArchivedSession | null> {
    const found = await this.database.transaction(async (tx) => {
      const session = await findWearSessionByNumber(tx, sessionNumber);
      if (session === null) return null;
      return {
        session,
        segments: await this.readSegments(tx, session.id),
        permits: await listPermits(tx, session.id),
        history: await readSessionHistory(tx, session),
      };
    });
    return found === null ? null : { ...found, erased: await this.isErased(found.session) };
  }

  /** Entries that somebody wiped out behind the authority's back are none of these: what they proved is missing. */
  private async isErased(session: WearSessionRecord): Promise<boolean> {
    const { client } = this.database;
    const { id, consentId, avatarId, deviceId } = session;
    const gone = await listErasedAbout(client, [id, consentId, avatarId, deviceId]);
    if (gone.length === 0) return false;
    const { checkpoint } = await this.ledger.published();
    const isErasedByRight = createErasedLeaves(client, checkpoint);
    const check = createEntryCheck(createLedgerStore(client), checkpoint, isErasedByRight);
    for (const entry of gone)
      if ((await check({ ...entry, payload: null, salt: null })).fault !== null) return false;
    return true;
  }

  private async readSegments(tx: Transaction, session: string): Promise<ArchivedSegment[]> {
    const [opened] = await readEntriesAbout(tx, [session], ['session-opened']);
    const opening = opened === undefined ? null : parsePayload(opened.payload);
    if (opening?.kind !== 'session-opened') return [];
    const segments: ArchivedSegment[] = [];
    for (const entry of await readEntriesAbout(tx, [session], ['evidence'])) {
      const segment = await this.verifySegment(entry, session, opening.jwk);
      if (segment !== null) segments.push({ entry, segment });
    }
    return segments;
  }

  private async verifySegment(
    entry: StoredEntry,
    session: string,
    jwk: P256Jwk,
  ): Promise<EvidenceSegment | null> {
    try {
      const payload = parsePayload(entry.payload);
      const segment = payload.kind === 'evidence' ? await verifyEvidenceSegment(payload.segment, jwk) : null;
      if (segment?.session === session) return segment;
    } catch (error) {
      if (!(error instanceof PermitError)) throw error;
    }
    this.logger.error(
      { session, entry: String(entry.id) },
      'the ledger holds evidence that its device did not sign',
    );
    return null;
  }

  /** The records as the verdict reads them: when each thing held. */
  recordsOf({ session, segments, permits, history, erased }: ArchivedSession): SessionRecords {
    const revokedAt = session.state === 'revoked' ? session.endedAt : null;
    return {
      sessionNumber: session.number,
      erased,
      live: session.state === 'live' && this.clock.nowSeconds() - session.lastSeenAt <= LIVE_SECONDS,
      epochs: new Map(
        segments.flatMap(({ segment }) =>
          segment.epochs.map(
            ({ epoch, renderedAt, frames, slateFrames }) =>
              [epoch, { renderedAt, slateOnly: slateFrames === frames, hasSlate: slateFrames > 0 }] as const,
          ),
        ),
      ),
      permits: permits.map(({ notBefore, expires }) => ({
        from: notBefore,
        until: revokedAt === null ? expires : Math.min(expires, revokedAt),
      })),
      consent: [history.consent],
      device: [history.device],
      avatarActive: history.avatarActive,
    };
  }
}

/** What the analyst compares with. A session without evidence has nothing to compare, and no frame size to go by. */
export function evidenceOf({ session, segments }: ArchivedSession): SessionEvidence | null {
  const [first] = segments;
  if (first === undefined) return null;
  const { disclosedEpoch, disclosedKey } = session;
  return {
    number: session.number,
    frame: first.segment.frame,
    disclosed:
      disclosedEpoch === null || disclosedKey === null ? null : { epoch: disclosedEpoch, key: disclosedKey },
    epochs: segments.flatMap(({ segment }) =>
      segment.epochs.map(({ epoch, fingerprints }) => ({
        epoch,
        fingerprints: fingerprints.map((text) => new Uint8Array(Buffer.from(text, 'base64url'))),
      })),
    ),
  };
}
