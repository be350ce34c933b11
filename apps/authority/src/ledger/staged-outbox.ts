import { Injectable } from '@nestjs/common';
import { SALT_BYTES, type LedgerPayload } from '@guise/ledger';
import { LedgerOutbox, stageLedgerEntry, type Transaction } from '@guise/persistence';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { LedgerSequencer } from './ledger-sequencer.js';

/** Stages entries with a salt of their own and wakes the sequencer. */
@Injectable()
export class StagedOutbox extends LedgerOutbox {
  constructor(
    private readonly random: Random,
    private readonly clock: Clock,
    private readonly sequencer: LedgerSequencer,
  ) {
    super();
  }

  override async stage(tx: Transaction, payload: LedgerPayload): Promise<bigint> {
    const id = await stageLedgerEntry(tx, payload, this.random.bytes(SALT_BYTES), this.clock.now());
    this.sequencer.wake();
    return id;
  }
}
