import { randomBytes } from 'node:crypto';
import {
  bearerExchange,
  createPersonApi,
  createPublicApi,
  createTransport,
  type PersonApi,
} from '@guise/api-client';
import type { PersonId, SignedStatement, StatementOffer } from '@guise/protocol';
import { personId } from '@guise/protocol';
import { createSoftwareAuthenticator, type SoftwareAuthenticator } from '@guise/testing';

/** A person of the organisation, at a browser with a passkey of their own. */
export interface Member {
  readonly name: string;
  readonly personId: PersonId;
  /** Bearer of the sign-in. */
  readonly token: string;
  /** Signed in by passkey. */
  readonly api: PersonApi;
  readonly passkey: SoftwareAuthenticator;
  /** What the browser does when the person puts a finger on the sensor: signs exactly the text that was shown. */
  sign(offer: StatementOffer): SignedStatement;
}

/** Redeems an invitation with a new passkey, then signs in with it, as a browser would. */
export async function joinAsMember(url: string, invitation: string, name: string): Promise<Member> {
  const transport = createTransport({ baseUrl: url });
  const anyone = createPublicApi(transport);
  const passkey = createSoftwareAuthenticator({
    rpId: new URL(url).hostname,
    origin: new URL(url).origin,
    random: (length) => new Uint8Array(randomBytes(length)),
  });
  const registration = await anyone.registrationOptions(invitation);
  await anyone.register(registration.ceremony, passkey.create(registration.options));
  const login = await anyone.authenticationOptions();
  const signIn = await anyone.authenticate(login.ceremony, passkey.get(login.options));
  return {
    name,
    personId: personId.parse(signIn.personId),
    token: signIn.token,
    api: createPersonApi(bearerExchange(transport, signIn.token)),
    passkey,
    sign: (offer) => ({ statement: offer.statement, assertion: passkey.get(offer.options) }),
  };
}
