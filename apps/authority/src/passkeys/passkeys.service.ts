import { Inject, Injectable } from '@nestjs/common';
import {
  offerAuthentication,
  offerRegistration,
  refuseUnknownPasskey,
  verifyAssertion,
  verifyRegistration,
  type RelyingParty,
} from '@guise/identity';
import { findUsablePasskey, listUsablePasskeys, type Database } from '@guise/persistence';
import { personId as parsePersonId, type WebauthnResponse } from '@guise/protocol';
import type { AuthorityConfig } from '../config.js';
import { CONFIG, DATABASE } from '../ports/tokens.js';
import { SignInThrottle } from '../sign-ins/sign-in-throttle.js';
import { SignIns, type SignIn, type SignInWish } from '../sign-ins/sign-ins.js';
import { Ceremonies } from './ceremonies.js';
import { PasskeyRegistry } from './passkey-registry.js';
import { PasskeyUse } from './passkey-use.js';
import { RegistrationGrants } from './registration-grants.js';
import { relyingPartyOf } from './relying-party.js';

/** Registration by invitation or recovery, and sign-in, with passkeys. */
@Injectable()
export class PasskeysService {
  private readonly rp: RelyingParty;

  constructor(
    @Inject(CONFIG) config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Database,
    private readonly grants: RegistrationGrants,
    private readonly ceremonies: Ceremonies,
    private readonly registry: PasskeyRegistry,
    private readonly signIns: SignIns,
    private readonly passkeyUse: PasskeyUse,
    private readonly throttle: SignInThrottle,
  ) {
    this.rp = relyingPartyOf(config);
  }

  /** @throws ProblemError `invitation-invalid`, `rate-limited` */
  async offerRegistration(invitation: string, address: string) {
    const { person, target } = await this.throttle.attempt({ address, account: null }, () =>
      this.grants.find(this.database.client, invitation),
    );
    const existing = await listUsablePasskeys(this.database.client, person.id);
    const about = { personId: person.id, target };
    const { ceremony, challenge } = await this.ceremonies.begin('registration', about);
    return {
      ceremony,
      options: await offerRegistration(
        this.rp,
        person,
        challenge,
        existing.map(({ id }) => id),
      ),
    };
  }

  /** @throws ProblemError `challenge-invalid`, `invitation-invalid`; IdentityError */
  async register(
    { ceremony, response, name }: { ceremony: string; response: WebauthnResponse; name: string },
    wish: SignInWish,
  ): Promise<SignIn> {
    const begun = await this.ceremonies.consume('registration', ceremony);
    const passkey = await verifyRegistration(this.rp, begun.challengeBytes, response);
    const person = parsePersonId.parse(begun.personId);
    return this.registry.store({ personId: person, passkey, name }, async (tx, handle) => {
      await this.grants.use(tx, begun.target ?? '', handle);
      return this.signIns.issue(tx, person, wish);
    });
  }

  async offerAuthentication() {
    const { ceremony, challenge } = await this.ceremonies.begin('authentication');
    return { ceremony, options: await offerAuthentication(this.rp, challenge) };
  }

  /**
   * A passkey that nobody has is counted, worked for and answered like one of somebody: who is registered stays unknown.
   * @throws ProblemError `challenge-invalid`, `rate-limited`; IdentityError `assertion-invalid`, `passkey-cloned`
   */
  async authenticate(
    { ceremony, response: answer }: { ceremony: string; response: WebauthnResponse },
    wish: SignInWish,
    address: string,
  ): Promise<SignIn> {
    const begun = await this.ceremonies.consume('authentication', ceremony);
    const passkey = await findUsablePasskey(this.database.client, answer.id);
    const account = passkey?.personId ?? answer.id;
    const { assertion, personId } = await this.throttle.attempt({ address, account }, async () => {
      if (passkey === null) return refuseUnknownPasskey(this.rp, begun.challengeBytes, answer);
      const verified = await this.passkeyUse.verify(passkey.id, begun, (countsSince) =>
        verifyAssertion(this.rp, begun.challengeBytes, answer, passkey, countsSince),
      );
      return { assertion: verified, personId: passkey.personId };
    });
    return this.database.transaction(async (tx) => {
      await this.passkeyUse.advance(tx, assertion);
      return this.signIns.issue(tx, personId, wish);
    });
  }
}
