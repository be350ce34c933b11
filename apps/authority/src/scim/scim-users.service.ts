import { Inject, Injectable } from '@nestjs/common';
import {
  deleteProvisionedUser,
  findProvisionedUser,
  insertProvisionedUser,
  isUniqueViolation,
  LedgerOutbox,
  lockProvisionedUser,
  pageProvisionedUsers,
  updateProvisionedUser,
  type Database,
  type ProvisionedUserRecord,
  type Transaction,
} from '@guise/persistence';
import type { ProvisioningPrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { ScimError } from '../http/scim-error.js';
import { Newcomers } from '../people/newcomers.js';
import { PersonStates } from '../people/person-states.js';
import { RoleChanges } from '../people/role-changes.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';
import { parseUserFilter } from './filter.js';
import { Adoptions } from './adoptions.service.js';
import { DirectoryNames } from './directory-names.js';
import { MAX_PAGE, type ScimUser } from './schemas.js';
import { SubjectLinks, taken } from './subject-links.js';
import { fieldsOf, newFields, replacedFields, type UserFields } from './user-fields.js';
import { versionOf } from './user-resource.js';

export interface ListWish {
  readonly filter?: string | undefined;
  readonly startIndex: number;
  readonly count: number;
}

/** Persons as provisioning clients see and change them. Of everybody else they see nothing. */
@Injectable()
export class ScimUsers {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly ledger: LedgerOutbox,
    private readonly newcomers: Newcomers,
    private readonly states: PersonStates,
    private readonly roles: RoleChanges,
    private readonly adoptions: Adoptions,
    private readonly names: DirectoryNames,
    private readonly subjects: SubjectLinks,
  ) {}

  /** @throws ScimError 404 */
  async read(id: string): Promise<ProvisionedUserRecord> {
    return found(await findProvisionedUser(this.database.client, id));
  }

  /** @throws ScimError `invalidFilter` */
  async list({ filter, startIndex, count }: ListWish) {
    const wanted = filter === undefined ? null : parseUserFilter(filter);
    const first = Math.max(1, startIndex);
    const page = { skip: first - 1, take: Math.min(Math.max(0, count), MAX_PAGE) };
    return { ...(await pageProvisionedUsers(this.database.client, wanted, page)), startIndex: first };
  }

  /** A new person, or one who is here already (see `Adoptions`). @throws ScimError `uniqueness`, 409 */
  create(client: ProvisioningPrincipal, user: ScimUser): Promise<ProvisionedUserRecord> {
    return this.write(async (tx) => {
      const { userName, externalId = null } = user;
      const identity = this.subjects.identityOf(client, externalId);
      const known = await this.adoptions.find(tx, { userName, identity });
      await this.names.comeBack(tx, { userName, externalId });
      if (known === null) return this.insert(tx, client, newFields(user));
      await insertProvisionedUser(tx, { personId: known, userName, externalId: null }, this.clock.now());
      const adopted = found(await findProvisionedUser(tx, known));
      await this.store(tx, client, adopted, replacedFields(fieldsOf(adopted), user));
      await this.tell(tx, client, known, 'unprovisioned', 'provisioned');
      return found(await findProvisionedUser(tx, known));
    });
  }

  /**
   * Changes a user to what `change` makes of it.
   * @param expected the version that the client knows, or undefined
   * @throws ScimError 404, 412, `uniqueness`, `mutability`
   */
  change(
    client: ProvisioningPrincipal,
    id: string,
    expected: string | undefined,
    change: (before: UserFields) => UserFields,
  ): Promise<ProvisionedUserRecord> {
    return this.write(async (tx) => {
      const user = await this.lock(tx, id, expected);
      const before = fieldsOf(user);
      const after = change(before);
      if (JSON.stringify(before) === JSON.stringify(after)) return user;
      await this.store(tx, client, user, after);
      return found(await findProvisionedUser(tx, id));
    });
  }

  /** The person leaves for good; the resource is gone. @throws ScimError 404, 412 */
  async remove(client: ProvisioningPrincipal, id: string, expected: string | undefined): Promise<void> {
    await this.write(async (tx) => {
      const { state, roles, userName, externalId } = await this.lock(tx, id, expected);
      await this.states.leave(tx, { id, state, roles }, reasonOf(client));
      await this.names.depart(tx, { userName, externalId });
      await deleteProvisionedUser(tx, id);
    });
  }

  private async insert(
    tx: Transaction,
    client: ProvisioningPrincipal,
    { userName, externalId, displayName, active, roles }: UserFields,
  ): Promise<ProvisionedUserRecord> {
    const id = this.random.id('person');
    await this.newcomers.store(tx, { id, displayName, roles }, reasonOf(client));
    await insertProvisionedUser(tx, { personId: id, userName, externalId }, this.clock.now());
    await this.subjects.link(tx, client, id, externalId);
    if (!active) await this.states.suspend(tx, { id, state: 'active', roles }, reasonOf(client));
    return found(await findProvisionedUser(tx, id));
  }

  private async store(
    tx: Transaction,
    client: ProvisioningPrincipal,
    user: ProvisionedUserRecord,
    after: UserFields,
  ): Promise<void> {
    const { personId: id, state } = user;
    const { userName, externalId, displayName, active, roles } = after;
    if (externalId !== user.externalId) await this.subjects.change(tx, client, user, externalId);
    await updateProvisionedUser(tx, { personId: id, userName, externalId, displayName }, this.clock.now());
    if (active && state !== 'active') {
      await this.states.restore(tx, { id, state, roles: user.roles }, reasonOf(client));
    }
    if (roles.join() !== user.roles.toSorted().join()) {
      if (!active) throw new ScimError(400, 'mutability', 'roles: activate the user first.');
      await this.roles.store(tx, { id, displayName, roles: user.roles, state }, roles, reasonOf(client));
    }
    if (!active && state === 'active') {
      await this.states.suspend(tx, { id, state, roles: user.roles }, reasonOf(client));
    }
  }

  private async tell(
    tx: Transaction,
    client: ProvisioningPrincipal,
    subject: string,
    from: string,
    to: string,
  ): Promise<void> {
    const at = this.clock.nowSeconds();
    const reason = reasonOf(client);
    await this.ledger.stage(tx, { v: 1, kind: 'status-change', at, subject, from, to, reason });
  }

  private async lock(
    tx: Transaction,
    id: string,
    expected: string | undefined,
  ): Promise<ProvisionedUserRecord> {
    const user = found(await lockProvisionedUser(tx, id));
    if (expected !== undefined && expected !== '*' && expected !== versionOf(user)) {
      throw new ScimError(412, null, 'The user was changed meanwhile. Read it again.');
    }
    return user;
  }

  private async write<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    try {
      return await this.database.transaction(work);
    } catch (error) {
      if (isUniqueViolation(error)) throw taken('userName');
      if (error instanceof ProblemError && error.code === 'conflict') {
        throw new ScimError(409, null, error.extras.detail ?? 'This conflicts with what is stored.');
      }
      throw error;
    }
  }
}

function found(user: ProvisionedUserRecord | null): ProvisionedUserRecord {
  if (user === null) throw new ScimError(404, null, 'There is no such user.');
  return user;
}

const reasonOf = ({ clientId }: ProvisioningPrincipal): string => `scim by ${clientId}`;
