import { Inject, Injectable } from '@nestjs/common';
import {
  decideRecoveryApproval,
  decideRecoveryCancel,
  decideRecoveryPart,
  decideRecoveryRequest,
} from '@guise/identity';
import {
  approveRecovery,
  endRecovery,
  findPerson,
  insertRecovery,
  isUniqueViolation,
  listRecoveries,
  listRoleHolders,
  lockRecovery,
  setRecoveryPart,
  type Database,
  type RecoveryRecord,
  type Transaction,
} from '@guise/persistence';
import { RECOVERY_PART_LENGTH, type PersonNoticeKind } from '@guise/protocol';
import type { PersonPrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { PersonNotices } from '../person-notices/person-notices.service.js';
import { Clock } from '../ports/clock.js';
import { hashToken, Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';
import { RecoveryLog } from './recovery-log.js';

const MAX_LISTED = 100;
const MAX_ADMINS_TOLD = 100;
const PART_BYTES = (RECOVERY_PART_LENGTH * 6) >> 3;

/** Recovery of a person who lost every passkey: two other admins, a delay, everybody told, halves of a code. */
@Injectable()
export class RecoveriesService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly log: RecoveryLog,
    private readonly notices: PersonNotices,
  ) {}

  /** @throws ProblemError `not-found`, `conflict` when one is open; IdentityError `maker-is-checker` */
  async request(admin: PersonPrincipal, person: string, reason: string): Promise<RecoveryRecord> {
    const now = this.clock.nowSeconds();
    const decided = decideRecoveryRequest(person, admin.personId, now);
    const recovery = { ...decided, id: this.random.id('recovery'), reason, requestedAt: now };
    try {
      await this.database.transaction(async (tx) => {
        if ((await findPerson(tx, person)) === null) throw new ProblemError('not-found');
        await insertRecovery(tx, recovery);
        await this.log.write(tx, recovery, 'requested', admin.personId);
        await this.tellAll(tx, recovery, 'recovery-requested');
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new ProblemError('conflict', { detail: 'A recovery of this person is open: approve that one.' });
    }
    return recovery;
  }

  /** The second admin: the delay begins. @throws ProblemError `not-found`; IdentityError `maker-is-checker`, `conflict` */
  approve(admin: PersonPrincipal, id: string): Promise<RecoveryRecord> {
    return this.change(id, async (tx, recovery, now) => {
      const approved = { ...recovery, ...decideRecoveryApproval(recovery, admin.personId, now) };
      await approveRecovery(tx, id, approved, now);
      await this.log.write(tx, approved, 'approved', admin.personId);
      await this.tellAll(tx, approved, 'recovery-approved');
      return approved;
    });
  }

  /**
   * This admin's half of the code, to be handed to the person; an earlier one of theirs ends.
   * @throws ProblemError `not-found`; IdentityError `forbidden`, `conflict`
   */
  takePart(admin: PersonPrincipal, id: string) {
    return this.change(id, async (tx, recovery, now) => {
      const half = decideRecoveryPart(recovery, admin.personId, now);
      const part = Buffer.from(this.random.bytes(PART_BYTES)).toString('base64url');
      await setRecoveryPart(tx, id, half, hashToken(part));
      await this.log.write(tx, recovery, 'part-given', admin.personId);
      const { expiresAt } = recovery;
      return { half: half === 'requester' ? ('first' as const) : ('second' as const), part, expiresAt };
    });
  }

  /** The person, or any admin. @throws ProblemError `not-found`; IdentityError `conflict` when it is over */
  cancel(caller: PersonPrincipal, id: string): Promise<RecoveryRecord> {
    return this.change(id, async (tx, recovery, now) => {
      if (recovery.person !== caller.personId && !caller.roles.includes('admin')) {
        throw new ProblemError('not-found');
      }
      const cancelled = { ...recovery, ...decideRecoveryCancel(recovery, now) };
      await endRecovery(tx, id, { state: 'cancelled', by: caller.personId, at: now });
      await this.log.write(tx, recovery, 'cancelled', caller.personId);
      await this.tellAll(tx, recovery, 'recovery-cancelled');
      return cancelled;
    });
  }

  async list(caller: PersonPrincipal) {
    const person = caller.roles.includes('admin') ? null : caller.personId;
    return { recoveries: await listRecoveries(this.database.client, person, MAX_LISTED) };
  }

  private change<T>(
    id: string,
    work: (tx: Transaction, recovery: RecoveryRecord, now: number) => Promise<T>,
  ): Promise<T> {
    return this.database.transaction(async (tx) => {
      const recovery = await lockRecovery(tx, id);
      if (recovery === null) throw new ProblemError('not-found');
      return work(tx, recovery, this.clock.nowSeconds());
    });
  }

  /** The person, and every admin: any of them can cancel what should not be. */
  private async tellAll(tx: Transaction, { id, person }: RecoveryRecord, kind: PersonNoticeKind) {
    const admins = await listRoleHolders(tx, ['admin'], MAX_ADMINS_TOLD);
    for (const told of new Set([person, ...admins])) await this.notices.tell(tx, told, kind, id);
  }
}
