import { Inject, Injectable } from '@nestjs/common';
import {
  findEpochLeaf,
  LedgerOutbox,
  lockWearSession,
  noteDisclosure,
  type Database,
  type WearSessionRecord,
} from '@guise/persistence';
import { sessionId } from '@guise/protocol';
import { deriveEarlierKey, verifyDisclosedKey } from 'invisible-watermark-ts';
import type { DevicePrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { LedgerReader } from '../ledger/ledger-reader.js';
import { Clock } from '../ports/clock.js';
import { DATABASE } from '../ports/tokens.js';

/** Publishes epoch keys, never before the evidence of their second stands in a published checkpoint (TESLA). */
@Injectable()
export class KeyDisclosureService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly ledger: LedgerOutbox,
    private readonly reader: LedgerReader,
  ) {}

  /** @throws ProblemError `key-too-early`, `key-invalid`, `not-found` */
  async disclose(device: DevicePrincipal, id: string, epoch: number, hexKey: string): Promise<void> {
    const { checkpoint } = await this.reader.published();
    const key = new Uint8Array(Buffer.from(hexKey, 'hex'));
    await this.database.transaction(async (tx) => {
      const session = await lockWearSession(tx, id, device.deviceId);
      if (session === null) throw new ProblemError('not-found');
      if (session.disclosedEpoch !== null && epoch <= session.disclosedEpoch) {
        requireKnownKey(session, epoch, key);
        return;
      }
      const leaf = await findEpochLeaf(tx, id, epoch);
      if (leaf === null || leaf >= checkpoint.size) throw new ProblemError('key-too-early');
      requireChainKey(session, epoch, key);
      await noteDisclosure(tx, id, epoch, key);
      await this.ledger.stage(tx, {
        v: 1,
        kind: 'key-disclosure',
        at: this.clock.nowSeconds(),
        session: sessionId.parse(id),
        epoch,
        key,
      });
    });
  }
}

/** A key already public is accepted again, and changes nothing. */
function requireKnownKey(session: WearSessionRecord, epoch: number, key: Uint8Array): void {
  const { disclosedEpoch, disclosedKey } = session;
  if (disclosedEpoch === null || disclosedKey === null) throw new ProblemError('key-invalid');
  requireEqual(deriveEarlierKey(disclosedKey, disclosedEpoch, epoch), key);
}

/** From the last disclosed key on when there is one: the work stays small over a long session. */
function requireChainKey(session: WearSessionRecord, epoch: number, key: Uint8Array): void {
  const { disclosedEpoch, disclosedKey, chainEnd } = session;
  if (disclosedEpoch !== null && disclosedKey !== null) {
    requireEqual(deriveEarlierKey(key, epoch, disclosedEpoch), disclosedKey);
  } else if (!verifyDisclosedKey(key, epoch, new Uint8Array(Buffer.from(chainEnd, 'hex')))) {
    throw new ProblemError('key-invalid');
  }
}

function requireEqual(derived: Uint8Array, known: Uint8Array): void {
  if (Buffer.compare(derived, known) !== 0) throw new ProblemError('key-invalid');
}
