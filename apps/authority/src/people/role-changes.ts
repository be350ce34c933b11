import { Injectable } from '@nestjs/common';
import { LedgerOutbox, replaceRoles, type PersonRecord, type Transaction } from '@guise/persistence';
import type { Role } from '@guise/protocol';
import { ProblemError } from '../http/problem-error.js';
import { PersonNotices } from '../person-notices/person-notices.service.js';
import { Clock } from '../ports/clock.js';
import { SignIns } from '../sign-ins/sign-ins.js';
import { requireOtherAdmin } from './other-admin.js';

/** Writes what roles a person has: told to them, in the ledger, and no sign-in outlives what it was made for. */
@Injectable()
export class RoleChanges {
  constructor(
    private readonly clock: Clock,
    private readonly ledger: LedgerOutbox,
    private readonly signIns: SignIns,
    private readonly notices: PersonNotices,
  ) {}

  /**
   * @param next sorted
   * @param reason at most 60 characters, in the ledger
   * @throws ProblemError `not-found` when the person is not active, `conflict` when nobody would be admin any more
   */
  async store(tx: Transaction, person: PersonRecord, next: readonly Role[], reason: string): Promise<void> {
    if (!next.includes('admin')) await requireOtherAdmin(tx, person);
    if (!(await replaceRoles(tx, person.id, next))) throw new ProblemError('not-found');
    await this.signIns.endAll(tx, person.id);
    await this.notices.tell(tx, person.id, 'roles-changed');
    await this.ledger.stage(tx, {
      v: 1,
      kind: 'status-change',
      at: this.clock.nowSeconds(),
      subject: person.id,
      from: person.roles.join(' '),
      to: next.join(' '),
      reason,
    });
  }
}
