import { Injectable } from '@nestjs/common';
import { insertPerson, LedgerOutbox, type Transaction } from '@guise/persistence';
import type { Role } from '@guise/protocol';
import { Clock } from '../ports/clock.js';

/** Somebody who comes in, with the roles they begin with. */
export interface Newcomer {
  readonly id: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
}

/** Lets persons in: each with an entry in the ledger, so that a row that somebody wrote into the database has none. */
@Injectable()
export class Newcomers {
  constructor(
    private readonly clock: Clock,
    private readonly ledger: LedgerOutbox,
  ) {}

  /** @param reason at most 60 characters, in the ledger */
  async store(tx: Transaction, { id, displayName, roles }: Newcomer, reason: string): Promise<void> {
    await insertPerson(tx, { id, displayName, roles, createdAt: this.clock.now() });
    await this.record(tx, { id, roles }, reason);
  }

  /** Writes into the ledger what roles somebody begins with. */
  async record(
    tx: Transaction,
    { id, roles }: Pick<Newcomer, 'id' | 'roles'>,
    reason: string,
  ): Promise<void> {
    await this.ledger.stage(tx, {
      ...{ v: 1, kind: 'status-change', at: this.clock.nowSeconds(), subject: id },
      ...{ from: 'none', to: roles.toSorted().join(' '), reason },
    });
  }
}
