import { Inject, Injectable } from '@nestjs/common';
import {
  findIdentityPerson,
  findPerson,
  insertIdentity,
  LedgerOutbox,
  touchIdentity,
  type PersonRecord,
  type Transaction,
} from '@guise/persistence';
import { displayName } from '@guise/protocol';
import type { AuthorityConfig } from '../config.js';
import { Newcomers } from '../people/newcomers.js';
import { RoleChanges } from '../people/role-changes.js';
import { PersonNotices } from '../person-notices/person-notices.service.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { CONFIG } from '../ports/tokens.js';
import { DirectoryNames } from '../scim/directory-names.js';
import type { ProviderClaims } from './provider.js';
import { OidcRefusal } from './refusals.js';
import { mappedRoles, rolesAfterMapping, type MappedRoles } from './role-mapping.js';

/** Of somebody the provider gives no usable name for. */
const NAMELESS = 'New person';
/** Longer ones are no user name of any directory. */
const MAX_NAME = 200;

/** Who somebody at the provider is here: found by issuer and subject alone, provisioned and given roles by the mapping. */
@Injectable()
export class ProvidedPeople {
  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly ledger: LedgerOutbox,
    private readonly newcomers: Newcomers,
    private readonly roles: RoleChanges,
    private readonly notices: PersonNotices,
    private readonly directory: DirectoryNames,
  ) {}

  /** @throws OidcRefusal `not-active`, `not-known`, `no-role`, `known-otherwise`; a unique violation when two first sign-ins meet */
  async enter(tx: Transaction, claims: ProviderClaims): Promise<string> {
    const identity = identityOf(claims);
    const known = await findIdentityPerson(tx, identity);
    if (known === null) return this.provision(tx, claims);
    const person = await findPerson(tx, known);
    if (person === null) throw new OidcRefusal('not-active');
    await this.applyMapping(tx, person, claims);
    await touchIdentity(tx, identity, this.clock.now());
    return person.id;
  }

  /** Links an identity to a person who is signed in. @throws OidcRefusal `not-active`, `already-linked` */
  async link(tx: Transaction, personId: string, claims: ProviderClaims): Promise<void> {
    const known = await findIdentityPerson(tx, identityOf(claims));
    if (known === personId) return;
    if (known !== null) throw new OidcRefusal('already-linked');
    if ((await findPerson(tx, personId)) === null) throw new OidcRefusal('not-active');
    await this.store(tx, claims, personId, 'link');
    await this.notices.tell(tx, personId, 'identity-linked');
    await this.tell(tx, personId, 'unlinked', 'linked');
  }

  private async provision(tx: Transaction, claims: ProviderClaims): Promise<string> {
    const mapped = this.mappingOf(claims);
    if (mapped === null) throw new OidcRefusal('not-known');
    if (mapped.length === 0) throw new OidcRefusal('no-role');
    // Suspended, gone, or only not linked: whoever it is, a second person would outlive the first.
    if (await this.directory.knows(tx, namesOf(claims))) throw new OidcRefusal('known-otherwise');
    const id = this.random.id('person');
    const name = nameOf(claims);
    await this.newcomers.store(tx, { id, displayName: name, roles: mapped }, 'oidc');
    await this.store(tx, claims, id, 'provider');
    return id;
  }

  private async applyMapping(tx: Transaction, person: PersonRecord, claims: ProviderClaims): Promise<void> {
    const mapped = this.mappingOf(claims);
    if (mapped === null) return;
    const next = rolesAfterMapping(mapped, person.roles);
    if (next.length === 0) throw new OidcRefusal('no-role');
    if (next.join() !== person.roles.toSorted().join())
      await this.roles.store(tx, person, next, 'roles by oidc');
  }

  /** Null: roles are not the provider's to give. */
  private mappingOf(claims: ProviderClaims): MappedRoles | null {
    const { oidc } = this.config;
    if (oidc === null || oidc.roles.length === 0) return null;
    return mappedRoles(claims[oidc.rolesClaim], oidc.roles);
  }

  private store(tx: Transaction, claims: ProviderClaims, personId: string, origin: 'link' | 'provider') {
    return insertIdentity(tx, { ...identityOf(claims), personId, origin, createdAt: this.clock.now() });
  }

  private async tell(tx: Transaction, subject: string, from: string, to: string): Promise<void> {
    await this.ledger.stage(tx, {
      v: 1,
      kind: 'status-change',
      at: this.clock.nowSeconds(),
      subject,
      from,
      to,
      reason: 'oidc',
    });
  }
}

function identityOf({ iss, sub }: ProviderClaims) {
  return { issuer: iss, subject: sub };
}

/** By what a directory may call them: claims that directories take user names from. */
function namesOf(claims: ProviderClaims) {
  const told = [claims.preferred_username, claims.email, claims.upn];
  return {
    subject: claims.sub,
    userNames: told.filter((name): name is string => typeof name === 'string' && name.length <= MAX_NAME),
  };
}

/** The first of the usual claims that is a name. */
function nameOf(claims: ProviderClaims): string {
  for (const claim of [claims.name, claims.preferred_username]) {
    const parsed = displayName.safeParse(claim);
    if (parsed.success) return parsed.data;
  }
  return NAMELESS;
}
