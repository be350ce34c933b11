import { Inject, Injectable } from '@nestjs/common';
import {
  countPasskeysOf,
  endInvitations,
  findActiveSourceFace,
  findPerson,
  hasIdentity,
  hasOpenAdminGrant,
  insertInvitation,
  LedgerOutbox,
  listPersons,
  lockPerson,
  type Database,
  type PersonRecord,
  type Transaction,
} from '@guise/persistence';
import type { Role } from '@guise/protocol';
import { ProblemError } from '../http/problem-error.js';
import { Clock } from '../ports/clock.js';
import { hashToken, Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';
import { AdminGrants } from './admin-grants.service.js';
import { Newcomers } from './newcomers.js';
import { RoleChanges } from './role-changes.js';

const INVITATION_MS = 7 * 24 * 3600 * 1000;

/** Persons, their roles, and how they come in. */
@Injectable()
export class PeopleService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly newcomers: Newcomers,
    private readonly roleChanges: RoleChanges,
    private readonly adminGrants: AdminGrants,
    private readonly ledger: LedgerOutbox,
  ) {}

  /** @throws ProblemError `not-found` */
  async read(personId: string) {
    const person = await findPerson(this.database.client, personId);
    if (person === null) throw new ProblemError('not-found');
    return this.describe(person);
  }

  async list(after: string | null, limit: number) {
    const persons = await listPersons(this.database.client, after, limit);
    const last = persons.length === limit ? persons.at(-1) : undefined;
    return {
      persons: await Promise.all(persons.map((person) => this.describe(person))),
      next: last?.id ?? null,
    };
  }

  /** Who is to be admin is an employee until another admin approves it; the second admin of an authority is one at once. */
  invite(displayName: string, wanted: readonly Role[], by: string) {
    return this.database.transaction(async (tx) => {
      const id = this.random.id('person');
      const waits =
        wanted.includes('admin') &&
        !(await this.adminGrants.beginWith(tx, { person: id, roles: wanted }, by));
      const roles = waits ? withoutAdmin(wanted) : [...new Set(wanted)];
      await this.newcomers.store(tx, { id, displayName, roles }, `invited by ${by}`);
      const grant = waits ? await this.adminGrants.request(tx, { person: id, roles: wanted }, by) : null;
      return { ...(await this.issueInvitation(tx, id, by)), adminGrant: grant?.id ?? null };
    });
  }

  /**
   * A new invitation for somebody who never came in: theirs lapsed, or a directory provisioned them. Who has a passkey needs
   * a recovery, and who signs in at the provider makes their first passkey by that: an admin could come in as them.
   * @throws ProblemError `not-found`, `conflict`
   */
  inviteAgain(personId: string, by: string) {
    return this.database.transaction(async (tx) => {
      await lockPerson(tx, personId);
      const person = await findPerson(tx, personId);
      if (person === null) throw new ProblemError('not-found');
      const cameIn = (await countPasskeysOf(tx, personId)) > 0 || (await hasIdentity(tx, personId));
      if (cameIn || person.roles.includes('admin')) {
        throw new ProblemError('conflict', {
          detail: 'This person has a way in. If they lost their passkeys, begin a recovery.',
        });
      }
      if (await hasOpenAdminGrant(tx, personId)) {
        // Whoever holds the new invitation would be the admin whom another admin approves for somebody else.
        throw new ProblemError('conflict', {
          detail: 'That they become admin waits for approval: cancel that first.',
        });
      }
      await endInvitations(tx, personId, this.clock.now());
      await this.ledger.stage(tx, {
        ...{ v: 1, kind: 'status-change', at: this.clock.nowSeconds(), subject: personId },
        ...{ from: person.state, to: 'invited again', reason: `by ${by}` },
      });
      return { ...(await this.issueInvitation(tx, personId, by)), adminGrant: null };
    });
  }

  async issueInvitation(tx: Transaction, personId: string, createdBy: string | null) {
    const token = this.random.token();
    const expiresAt = new Date(this.clock.nowMs() + INVITATION_MS);
    await insertInvitation(tx, {
      tokenHash: hashToken(token),
      personId,
      createdBy,
      createdAt: this.clock.now(),
      expiresAt,
    });
    return { token, personId, expiresAt: Math.floor(expiresAt.getTime() / 1000) };
  }

  /**
   * Gives a person other roles. Nobody changes their own: an admin cannot become auditor of their own approvals. Their
   * sign-ins end: none outlives what it was made for, or gains what it was not. To become admin takes another admin's
   * approval; the other roles are given at once. Who has these roles already keeps them, and their sign-ins.
   * @returns what waits for that approval, or null
   * @throws ProblemError `forbidden`, `not-found`, `conflict`
   */
  async changeRoles(personId: string, roles: readonly Role[], by: string): Promise<string | null> {
    if (personId === by)
      throw new ProblemError('forbidden', { detail: 'Another admin must change your roles.' });
    return this.database.transaction(async (tx) => {
      await lockPerson(tx, personId);
      const person = await findPerson(tx, personId);
      if (person === null) throw new ProblemError('not-found');
      const becomes = roles.includes('admin') && !person.roles.includes('admin');
      const waits = becomes && !(await this.adminGrants.beginWith(tx, { person: personId, roles }, by));
      const next = waits ? withoutAdmin(roles) : [...new Set(roles)].toSorted();
      const same = next.length === person.roles.length && next.every((held) => person.roles.includes(held));
      if (!same) await this.roleChanges.store(tx, person, next, `roles by ${by}`);
      return waits ? (await this.adminGrants.request(tx, { person: personId, roles }, by)).id : null;
    });
  }

  private async describe(person: PersonRecord) {
    const face = await findActiveSourceFace(this.database.client, person.id);
    return {
      personId: person.id,
      displayName: person.displayName,
      roles: person.roles,
      sourceFace: face === null ? null : { id: face.id, state: face.state },
    };
  }
}

/** Everybody has a role. */
function withoutAdmin(roles: readonly Role[]): readonly Role[] {
  const others = [...new Set(roles)].filter((held) => held !== 'admin').toSorted();
  return others.length === 0 ? ['employee'] : others;
}
