import { Inject, Injectable } from '@nestjs/common';
import { IdentityError } from '@guise/identity';
import {
  decideAdminGrant,
  findPerson,
  insertAdminGrant,
  insertBootstrapGrant,
  insertOperatorGrant,
  isUniqueViolation,
  LedgerOutbox,
  listAdminGrants,
  listRoleHolders,
  lockAdminGrant,
  lockPerson,
  type AdminGrantRecord,
  type Database,
  type Transaction,
} from '@guise/persistence';
import type { PersonNoticeKind, Role } from '@guise/protocol';
import type { PersonPrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { PersonNotices } from '../person-notices/person-notices.service.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';
import { RoleChanges } from './role-changes.js';

const WAITS_SECONDS = 7 * 86_400;
const MAX_LISTED = 100;
const MAX_ADMINS_TOLD = 100;

/** Whose roles become which, `admin` among them. */
export interface GrantedRoles {
  readonly person: string;
  readonly roles: readonly Role[];
}

/**
 * Who becomes admin. One admin asks, another approves, and only then the person has the role: the database gives it to nobody
 * otherwise. The first two admins of an authority are the exception: the operator lets in the first, and they the second.
 */
@Injectable()
export class AdminGrants {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly ledger: LedgerOutbox,
    private readonly notices: PersonNotices,
    private readonly roleChanges: RoleChanges,
  ) {}

  async list() {
    return { grants: await listAdminGrants(this.database.client, MAX_LISTED) };
  }

  /**
   * Lets somebody be admin from the start, as one of the first two.
   * @param by null for the first
   * @returns false when there were two already
   */
  async beginWith(tx: Transaction, to: GrantedRoles, by: string | null): Promise<boolean> {
    const grant = this.describe(to, by);
    if (!(await insertBootstrapGrant(tx, grant))) return false;
    await this.write(tx, grant, 'bootstrap', by);
    await this.tellAdmins(tx, 'admin-granted');
    return true;
  }

  /**
   * Makes somebody admin at the word of whoever runs the machine, when at most one admin is left and nobody could approve
   * what that one asks for. No route leads here.
   * @throws ProblemError `not-found`, `conflict`
   */
  grantByOperator(personId: string): Promise<AdminGrantRecord> {
    return this.database.transaction(async (tx) => {
      await lockPerson(tx, personId);
      const person = await findPerson(tx, personId);
      if (person?.state !== 'active')
        throw new ProblemError('not-found', { detail: 'There is no such person, or they are not active.' });
      if (person.roles.includes('admin'))
        throw new ProblemError('conflict', { detail: 'They are admin already.' });
      const grant = this.describe({ person: personId, roles: [...person.roles, 'admin'] }, null);
      if (!(await insertOperatorGrant(tx, grant))) {
        throw new ProblemError('conflict', {
          detail: 'Two admins are active: one of them asks for it, and the other approves.',
        });
      }
      await this.roleChanges.store(tx, person, grant.roles, 'admin grant by the operator');
      await this.write(tx, grant, 'approved', null);
      await this.tellAdmins(tx, 'admin-granted');
      return { ...grant, kind: 'operator', state: 'used', decidedBy: null };
    });
  }

  /** @returns what another admin is to approve @throws ProblemError `conflict` when that is asked for already */
  async request(tx: Transaction, to: GrantedRoles, by: string): Promise<{ readonly id: string }> {
    const grant = this.describe(to, by);
    try {
      await insertAdminGrant(tx, grant);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new ProblemError('conflict', {
        detail: 'That this person becomes admin is asked for already: another admin approves that.',
      });
    }
    await this.write(tx, grant, 'requested', by);
    await this.tellAdmins(tx, 'admin-requested');
    return grant;
  }

  /** The second admin: the person is admin now. @throws ProblemError `not-found`, `conflict`; IdentityError `maker-is-checker` */
  approve(admin: PersonPrincipal, id: string): Promise<AdminGrantRecord> {
    return this.decide(id, async (tx, grant) => {
      if (admin.personId === grant.requestedBy || admin.personId === grant.person) {
        throw new IdentityError(
          'maker-is-checker',
          'Another admin than the one who asked for it must approve.',
        );
      }
      await this.requireAdminStill(tx, grant.requestedBy);
      const person = await findPerson(tx, grant.person);
      if (person === null) throw new ProblemError('not-found');
      const at = this.clock.nowSeconds();
      await decideAdminGrant(tx, id, { state: 'approved', by: admin.personId, at });
      await this.roleChanges.store(tx, person, grant.roles, `admin grant by ${admin.personId}`);
      await this.write(tx, grant, 'approved', admin.personId);
      await this.tellAdmins(tx, 'admin-granted');
      return { ...grant, state: 'used', decidedBy: admin.personId };
    });
  }

  /** Any admin stops it. @throws ProblemError `not-found`, `conflict` */
  cancel(admin: PersonPrincipal, id: string): Promise<AdminGrantRecord> {
    return this.decide(id, async (tx, grant) => {
      const at = this.clock.nowSeconds();
      await decideAdminGrant(tx, id, { state: 'cancelled', by: admin.personId, at });
      await this.write(tx, grant, 'cancelled', admin.personId);
      return { ...grant, state: 'cancelled', decidedBy: admin.personId };
    });
  }

  private decide(
    id: string,
    work: (tx: Transaction, grant: AdminGrantRecord) => Promise<AdminGrantRecord>,
  ): Promise<AdminGrantRecord> {
    return this.database.transaction(async (tx) => {
      const grant = await lockAdminGrant(tx, id);
      if (grant === null) throw new ProblemError('not-found');
      if (grant.state !== 'requested' || grant.expiresAt <= this.clock.nowSeconds()) {
        throw new ProblemError('conflict', { detail: 'This was decided, or it lapsed. Ask for it anew.' });
      }
      return work(tx, grant);
    });
  }

  private async requireAdminStill(tx: Transaction, personId: string | null): Promise<void> {
    const requester = personId === null ? null : await findPerson(tx, personId);
    if (requester?.roles.includes('admin') === true) return;
    throw new ProblemError('conflict', {
      detail: 'Who asked for it is no admin any more. Ask for it anew, and let another admin approve it.',
    });
  }

  private describe({ person, roles }: GrantedRoles, by: string | null) {
    const now = this.clock.nowSeconds();
    const times = { requestedAt: now, expiresAt: now + WAITS_SECONDS };
    const held = [...new Set(roles)].toSorted();
    return { id: this.random.id('adminGrant'), person, roles: held, requestedBy: by, ...times };
  }

  private async write(
    tx: Transaction,
    { id, person }: { readonly id: string; readonly person: string },
    to: 'bootstrap' | 'requested' | 'approved' | 'cancelled',
    by: string | null,
  ): Promise<void> {
    const reason = by === null ? 'by the operator' : `by ${by}`;
    const at = this.clock.nowSeconds();
    await this.ledger.stage(tx, { v: 1, kind: 'status-change', at, subject: id, from: person, to, reason });
  }

  private async tellAdmins(tx: Transaction, kind: PersonNoticeKind): Promise<void> {
    const admins = await listRoleHolders(tx, ['admin'], MAX_ADMINS_TOLD);
    for (const admin of admins) await this.notices.tell(tx, admin, kind);
  }
}
