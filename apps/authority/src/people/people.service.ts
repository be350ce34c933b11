import { Inject, Injectable } from '@nestjs/common';
import {
  findActiveSourceFace,
  findPerson,
  insertInvitation,
  insertPerson,
  listPersons,
  type Database,
  type PersonRecord,
  type Transaction,
} from '@guise/persistence';
import type { Role } from '@guise/protocol';
import { ProblemError } from '../http/problem-error.js';
import { Clock } from '../ports/clock.js';
import { hashToken, Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';
import { RoleChanges } from './role-changes.js';

const INVITATION_MS = 7 * 24 * 3600 * 1000;

/** Persons, their roles, and how they come in. */
@Injectable()
export class PeopleService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly roleChanges: RoleChanges,
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

  invite(displayName: string, roles: readonly Role[], createdBy: string | null) {
    return this.database.transaction(async (tx) => {
      const id = this.random.id('person');
      await insertPerson(tx, { id, displayName, roles: [...new Set(roles)], createdAt: this.clock.now() });
      return this.issueInvitation(tx, id, createdBy);
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
   * sign-ins end: none outlives what it was made for, or gains what it was not.
   * @throws ProblemError `forbidden`, `not-found`
   */
  async changeRoles(personId: string, roles: readonly Role[], by: string): Promise<void> {
    if (personId === by)
      throw new ProblemError('forbidden', { detail: 'Another admin must change your roles.' });
    const next = [...new Set(roles)].toSorted();
    await this.database.transaction(async (tx) => {
      const person = await findPerson(tx, personId);
      if (person === null) throw new ProblemError('not-found');
      await this.roleChanges.store(tx, person, next, `roles by ${by}`);
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
