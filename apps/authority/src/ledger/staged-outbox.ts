import { Injectable } from '@nestjs/common';
import { SALT_BYTES, type LedgerPayload } from '@guise/ledger';
import {
  LedgerOutbox,
  sealLedgerEntry,
  stageLedgerEntry,
  type SealedEntry,
  type Transaction,
} from '@guise/persistence';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { ChangeFeed } from '../revocations/change-feed.js';
import { lostGround } from '../revocations/lost-ground.js';
import { LedgerSequencer } from './ledger-sequencer.js';

/** Stages entries with a salt of their own, wakes the sequencer, and tells of what ends sessions. */
@Injectable()
export class StagedOutbox extends LedgerOutbox {
  constructor(
    private readonly random: Random,
    private readonly clock: Clock,
    private readonly sequencer: LedgerSequencer,
    private readonly feed: ChangeFeed,
  ) {
    super();
  }

  override async stage(tx: Transaction, payload: LedgerPayload): Promise<bigint> {
    const id = await stageLedgerEntry(tx, payload, this.random.bytes(SALT_BYTES), this.clock.now());
    const ground = lostGround(payload);
    if (ground !== null) await this.feed.announce(tx, { type: 'ground', from: this.feed.self, ground });
    this.sequencer.wake();
    return id;
  }

  override seal(payload: LedgerPayload): SealedEntry {
    if (lostGround(payload) !== null) throw new Error('this entry ends sessions: stage it');
    const entry = sealLedgerEntry(payload, this.random.bytes(SALT_BYTES), this.clock.now());
    this.sequencer.wake();
    return entry;
  }
}
