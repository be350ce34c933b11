import { Injectable } from '@nestjs/common';
import type { LedgerPayloadOf } from '@guise/ledger';
import { LedgerOutbox, type RecoveryRecord, type Transaction } from '@guise/persistence';
import { personId, recoveryId } from '@guise/protocol';
import { Clock } from '../ports/clock.js';

/** Every step of a recovery is in the ledger, in the transaction of the step. */
@Injectable()
export class RecoveryLog {
  constructor(
    private readonly ledger: LedgerOutbox,
    private readonly clock: Clock,
  ) {}

  async write(
    tx: Transaction,
    recovery: RecoveryRecord,
    state: LedgerPayloadOf<'recovery'>['state'],
    by: string,
  ): Promise<void> {
    await this.ledger.stage(tx, {
      v: 1,
      kind: 'recovery',
      at: this.clock.nowSeconds(),
      recovery: recoveryId.parse(recovery.id),
      person: personId.parse(recovery.person),
      by: personId.parse(by),
      state,
      readyAt: recovery.readyAt,
    });
  }
}
