import { Inject, Injectable } from '@nestjs/common';
import {
  findIdentityPerson,
  findPersons,
  insertIdentity,
  moveIdentity,
  type ExternalIdentity,
  type ProvisionedUserRecord,
  type Transaction,
} from '@guise/persistence';
import type { AuthorityConfig } from '../config.js';
import type { ProvisioningPrincipal } from '../http/principal.js';
import { ScimError } from '../http/scim-error.js';
import { PersonNotices } from '../person-notices/person-notices.service.js';
import { Clock } from '../ports/clock.js';
import { CONFIG } from '../ports/tokens.js';

/** Who a provisioned person is at the OpenID provider, where the client's external ids are the provider's subjects. */
@Injectable()
export class SubjectLinks {
  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    private readonly clock: Clock,
    private readonly notices: PersonNotices,
  ) {}

  /** @returns null when the client's external ids name nobody at the provider */
  identityOf({ linksSubjects }: ProvisioningPrincipal, externalId: string | null): ExternalIdentity | null {
    const { oidc } = this.config;
    if (!linksSubjects || oidc === null || externalId === null) return null;
    return { issuer: oidc.issuer, subject: externalId };
  }

  /**
   * Whom a client that names subjects provisions may sign in at the provider; somebody who left may come back.
   * @throws ScimError `uniqueness`
   */
  async link(
    tx: Transaction,
    client: ProvisioningPrincipal,
    personId: string,
    externalId: string | null,
  ): Promise<void> {
    const identity = this.identityOf(client, externalId);
    if (identity === null) return;
    const known = await findIdentityPerson(tx, identity);
    if (known === personId) return;
    if (known === null) {
      await insertIdentity(tx, { ...identity, personId, origin: 'scim', createdAt: this.clock.now() });
      await this.notices.tell(tx, personId, 'identity-linked');
      return;
    }
    const [holder] = await findPersons(tx, [known]);
    if (holder?.state !== 'left') throw taken('externalId');
    await moveIdentity(tx, identity, personId);
  }

  /** @throws ScimError `mutability`, `uniqueness` */
  change(
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
}

export function taken(attribute: string): ScimError {
  return new ScimError(409, 'uniqueness', `${attribute}: another user has it.`);
}
