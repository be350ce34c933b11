import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  invitationResponse,
  registrationOptionsResponse,
  signInResponse,
  statementOffer,
  type Role,
  type SignedStatement,
} from '@guise/protocol';
import { createSeededRandom, createSoftwareAuthenticator, type SoftwareAuthenticator } from '@guise/testing';
import type { Api } from './api.js';
import type { TestAuthority } from './authority.js';

/** A person who came in through the real ceremonies, with a software passkey. */
export interface TestPerson {
  readonly id: string;
  /** Bearer of a sign-in. */
  readonly token: string;
  readonly authenticator: SoftwareAuthenticator;
  /** Signs an offered statement. */
  sign(offer: unknown): SignedStatement;
}

/** The first admin, by the bootstrap invitation. */
export async function firstAdmin(authority: TestAuthority): Promise<TestPerson> {
  const invitation = await readFile(join(authority.config.dataDir, 'bootstrap-invitation'), 'utf8');
  return registerPasskey(authority, invitation.trim(), 'first admin');
}

/** A further person, invited by an admin. @param second approves that they become admin */
export async function invitePerson(
  authority: TestAuthority,
  admin: TestPerson,
  displayName: string,
  roles: readonly Role[],
  second?: TestPerson,
): Promise<TestPerson> {
  const answer = await authority.api.post('/v1/invitations', { displayName, roles }, { token: admin.token });
  const { token, personId, adminGrant } = invitationResponse.parse(answer.body);
  if (adminGrant !== null && second !== undefined) {
    await authority.api.post(`/v1/admin-grants/${adminGrant}/approval`, {}, { token: second.token });
  }
  return registerPasskey(authority, token, personId);
}

export function newAuthenticator(authority: TestAuthority, seed: string): SoftwareAuthenticator {
  const { rpId, publicUrl } = authority.config;
  return createSoftwareAuthenticator({ rpId, origin: publicUrl, random: createSeededRandom(seed) });
}

export async function registerPasskey(
  authority: TestAuthority,
  invitation: string,
  seed: string,
): Promise<TestPerson> {
  const authenticator = newAuthenticator(authority, seed);
  const offered = await authority.api.post('/v1/passkeys/registration/options', { invitation });
  const { ceremony, options } = registrationOptionsResponse.parse(offered.body);
  const answer = await authority.api.post('/v1/passkeys/registration', {
    ceremony,
    response: authenticator.create(options),
  });
  const { token, personId } = signInResponse.parse(answer.body);
  return { id: personId, token, authenticator, sign: (offer) => signOffer(authenticator, offer) };
}

export function signOffer(authenticator: SoftwareAuthenticator, offer: unknown): SignedStatement {
  const { statement, options } = statementOffer.parse(offer);
  return { statement, assertion: authenticator.get(options) };
}

/** A fresh user verification: the same person and sign-in under a new token. */
export async function stepUp({ api }: TestAuthority, person: TestPerson): Promise<TestPerson> {
  const offered = await api.post('/v1/step-up/options', {}, { token: person.token });
  const { ceremony, options } = registrationOptionsResponse.parse(offered.body);
  const response = person.authenticator.get(options);
  const answer = await api.post('/v1/step-up', { ceremony, response }, { token: person.token });
  return { ...person, token: signInResponse.parse(answer.body).token };
}

/** Signs in again with a passkey. */
export async function signIn(api: Api, authenticator: SoftwareAuthenticator) {
  const offered = await api.post('/v1/passkeys/authentication/options', {});
  const { ceremony, options } = registrationOptionsResponse.parse(offered.body);
  return api.post('/v1/passkeys/authentication', { ceremony, response: authenticator.get(options) });
}
