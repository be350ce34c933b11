import { Inject, Injectable } from '@nestjs/common';
import { IdentityError, offerAuthentication, verifyAssertion, type RelyingParty } from '@guise/identity';
import { findUsablePasskey, listUsablePasskeys, type Database } from '@guise/persistence';
import type { WebauthnResponse } from '@guise/protocol';
import type { AuthorityConfig } from '../config.js';
import type { PersonPrincipal } from '../http/principal.js';
import { CONFIG, DATABASE } from '../ports/tokens.js';
import { SignInThrottle } from '../sign-ins/sign-in-throttle.js';
import { SignIns, type SignIn } from '../sign-ins/sign-ins.js';
import { Ceremonies } from './ceremonies.js';
import { PasskeyUse } from './passkey-use.js';
import { relyingPartyOf } from './relying-party.js';

/** A signed-in person verifies themselves again, for what needs it fresh. The ceremony is of this sign-in alone. */
@Injectable()
export class StepUpService {
  private readonly rp: RelyingParty;

  constructor(
    @Inject(CONFIG) config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Database,
    private readonly ceremonies: Ceremonies,
    private readonly passkeyUse: PasskeyUse,
    private readonly signIns: SignIns,
    private readonly throttle: SignInThrottle,
  ) {
    this.rp = relyingPartyOf(config);
  }

  async offer({ personId, signIn }: PersonPrincipal) {
    const passkeys = await listUsablePasskeys(this.database.client, personId);
    const { ceremony, challenge } = await this.ceremonies.begin('step-up', { personId, target: signIn.id });
    return { ceremony, options: await offerAuthentication(this.rp, challenge, passkeys) };
  }

  /** @throws ProblemError `challenge-invalid`, `rate-limited`; IdentityError `assertion-invalid`, `passkey-cloned` */
  async verify(
    person: PersonPrincipal,
    { ceremony, response: answer }: { ceremony: string; response: WebauthnResponse },
    address: string,
  ): Promise<SignIn> {
    const about = { personId: person.personId, target: person.signIn.id };
    const begun = await this.ceremonies.consume('step-up', ceremony, about);
    const assertion = await this.throttle.attempt({ address, account: person.personId }, async () => {
      const passkey = await findUsablePasskey(this.database.client, answer.id);
      if (passkey?.personId !== person.personId) throw new IdentityError('assertion-invalid');
      return this.passkeyUse.verify(passkey.id, begun, (countsSince) =>
        verifyAssertion(this.rp, begun.challengeBytes, answer, passkey, countsSince),
      );
    });
    return this.database.transaction(async (tx) => {
      await this.passkeyUse.advance(tx, assertion);
      return this.signIns.rotate(tx, person);
    });
  }
}
