import { Inject, Injectable } from '@nestjs/common';
import {
  deleteProvisionedUser,
  findIdentityPerson,
  findPersons,
  findProvisionedUser,
  insertIdentity,
  insertPerson,
  insertProvisionedUser,
  isUniqueViolation,
  LedgerOutbox,
  lockProvisionedUser,
  moveIdentity,
  pageProvisionedUsers,
  updateProvisionedUser,
  type Database,
  type ProvisionedUserRecord,
  type Transaction,
} from '@guise/persistence';
import type { AuthorityConfig } from '../config.js';
import type { ProvisioningPrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { ScimError } from '../http/scim-error.js';
import { PersonStates } from '../people/person-states.js';
import { RoleChanges } from '../people/role-changes.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { CONFIG, DATABASE } from '../ports/tokens.js';
import { parseUserFilter } from './filter.js';
import { MAX_PAGE } from './schemas.js';
import { fieldsOf, type UserFields } from './user-fields.js';
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
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly ledger: LedgerOutbox,
    private readonly states: PersonStates,
    private readonly roles: RoleChanges,
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

  /** @throws ScimError `uniqueness` */
  create(client: ProvisioningPrincipal, fields: UserFields): Promise<ProvisionedUserRecord> {
    const id = this.random.id('person');
    return this.write(async (tx) => {
      const { userName, externalId, displayName, roles } = fields;
      await insertPerson(tx, { id, displayName, roles, createdAt: this.clock.now() });
      await insertProvisionedUser(tx, { personId: id, userName, externalId }, this.clock.now());
      await this.link(tx, client, id, externalId);
      await this.ledger.stage(tx, {
        v: 1,
        kind: 'status-change',
        at: this.clock.nowSeconds(),
        subject: id,
        from: 'none',
        to: 'active',
        reason: reasonOf(client),
      });
      if (!fields.active) await this.states.suspend(tx, { id, state: 'active', roles }, reasonOf(client));
      return found(await findProvisionedUser(tx, id));
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
      const { state, roles } = await this.lock(tx, id, expected);
      await this.states.leave(tx, { id, state, roles }, reasonOf(client));
      await deleteProvisionedUser(tx, id);
    });
  }

  private async store(
    tx: Transaction,
    client: ProvisioningPrincipal,
    user: ProvisionedUserRecord,
    after: UserFields,
  ): Promise<void> {
    const { personId: id, state } = user;
    const { userName, externalId, displayName, active, roles } = after;
    if (externalId !== user.externalId) await this.changeLink(tx, client, user, externalId);
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

  private changeLink(
    tx: Transaction,
    client: ProvisioningPrincipal,
    user: ProvisionedUserRecord,
    externalId: string | null,
  ): Promise<void> {
    if (client.linksSubjects && user.externalId !== null) {
      const detail =
        'externalId: it is whom the person is at the OpenID provider. Delete the user and create another.';
      throw new ScimError(400, 'mutability', detail);
    }
    return this.link(tx, client, user.personId, externalId);
  }

  /** Whom a client that names subjects provisions may sign in at the provider; somebody who left may come back. */
  private async link(
    tx: Transaction,
    client: ProvisioningPrincipal,
    personId: string,
    subject: string | null,
  ): Promise<void> {
    const { oidc } = this.config;
    if (!client.linksSubjects || oidc === null || subject === null) return;
    const identity = { issuer: oidc.issuer, subject };
    const known = await findIdentityPerson(tx, identity);
    if (known === null) {
      await insertIdentity(tx, { ...identity, personId, origin: 'scim', createdAt: this.clock.now() });
      return;
    }
    const [holder] = await findPersons(tx, [known]);
    if (holder?.state !== 'left') throw taken('externalId');
    await moveIdentity(tx, identity, personId);
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

function taken(attribute: string): ScimError {
  return new ScimError(409, 'uniqueness', `${attribute}: another user has it.`);
}

const reasonOf = ({ clientId }: ProvisioningPrincipal): string => `scim by ${clientId}`;
