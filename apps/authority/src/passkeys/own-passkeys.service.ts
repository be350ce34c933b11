import { Inject, Injectable } from '@nestjs/common';
import { offerRegistration, verifyRegistration, type RelyingParty } from '@guise/identity';
import {
  findPerson,
  listOwnPasskeys,
  listUsablePasskeys,
  lockPasskeys,
  renamePasskey,
  type Database,
  type OwnPasskey,
} from '@guise/persistence';
import type { WebauthnResponse } from '@guise/protocol';
import type { AuthorityConfig } from '../config.js';
import type { PersonPrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { PersonNotices } from '../person-notices/person-notices.service.js';
import { CONFIG, DATABASE } from '../ports/tokens.js';
import { SignIns } from '../sign-ins/sign-ins.js';
import { Ceremonies } from './ceremonies.js';
import { PasskeyRegistry } from './passkey-registry.js';
import { relyingPartyOf } from './relying-party.js';

/** More than anybody has devices; bounds the lists that browsers are sent. */
const MAX_PASSKEYS = 20;

/** A person's own passkeys: add, name, remove, never the last. */
@Injectable()
export class OwnPasskeysService {
  private readonly rp: RelyingParty;

  constructor(
    @Inject(CONFIG) config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Database,
    private readonly ceremonies: Ceremonies,
    private readonly registry: PasskeyRegistry,
    private readonly signIns: SignIns,
    private readonly notices: PersonNotices,
  ) {
    this.rp = relyingPartyOf(config);
  }

  async list({ personId }: PersonPrincipal) {
    return (await listOwnPasskeys(this.database.client, personId)).map(describe);
  }

  /** @throws ProblemError `conflict` when there are many already */
  async offer({ personId, signIn }: PersonPrincipal) {
    const person = await findPerson(this.database.client, personId);
    if (person === null) throw new ProblemError('unauthenticated');
    const existing = await listUsablePasskeys(this.database.client, personId);
    if (existing.length >= MAX_PASSKEYS) {
      throw new ProblemError('conflict', { detail: 'Remove a passkey that you no longer use first.' });
    }
    const { ceremony, challenge } = await this.ceremonies.begin('registration', {
      personId,
      target: signIn.id,
    });
    const ids = existing.map(({ id }) => id);
    return { ceremony, options: await offerRegistration(this.rp, person, challenge, ids) };
  }

  /** @throws ProblemError `challenge-invalid`; IdentityError `assertion-invalid` */
  async add(
    { personId, signIn }: PersonPrincipal,
    { ceremony, response, name }: { ceremony: string; response: WebauthnResponse; name: string },
  ) {
    const begun = await this.ceremonies.consume('registration', ceremony, { personId, target: signIn.id });
    const passkey = await verifyRegistration(this.rp, begun.challengeBytes, response);
    return this.registry.store({ personId, passkey, name }, async (tx, handle) => {
      await this.notices.tell(tx, personId, 'passkey-added');
      return describe(requireOwn(await listOwnPasskeys(tx, personId), handle));
    });
  }

  /** @throws ProblemError `not-found` */
  async rename({ personId }: PersonPrincipal, handle: string, name: string) {
    if (!(await renamePasskey(this.database.client, { personId, handle }, name))) {
      throw new ProblemError('not-found');
    }
    return describe(requireOwn(await listOwnPasskeys(this.database.client, personId), handle));
  }

  /**
   * Ends a passkey, and every sign-in: one of them may have been made with it.
   * @throws ProblemError `not-found`, `last-passkey`
   */
  async remove({ personId }: PersonPrincipal, handle: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      await lockPasskeys(tx, personId);
      const passkeys = await listOwnPasskeys(tx, personId);
      requireOwn(passkeys, handle);
      if (!passkeys.some((other) => other.handle !== handle && !other.locked)) {
        throw new ProblemError('last-passkey');
      }
      await this.registry.remove(tx, personId, handle);
      await this.signIns.endAll(tx, personId);
      await this.notices.tell(tx, personId, 'passkey-removed');
    });
  }
}

function requireOwn(passkeys: readonly OwnPasskey[], handle: string): OwnPasskey {
  const found = passkeys.find((passkey) => passkey.handle === handle);
  if (found === undefined) throw new ProblemError('not-found');
  return found;
}

function describe({ handle, name, createdAt, lastUsedAt, backedUp, locked }: OwnPasskey) {
  return {
    id: handle,
    name,
    createdAt: toSeconds(createdAt),
    lastUsedAt: lastUsedAt === null ? null : toSeconds(lastUsedAt),
    backedUp,
    state: locked ? 'locked' : 'usable',
  };
}

const toSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);
