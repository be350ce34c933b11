/**
 * THREATS 3, copied passkey: two hold one key, and its counter tells. Defence: the counter only goes up, in one conditional
 * write; one that does not locks the passkey for everything, and nobody without the key can lock it.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { authenticationOptionsResponse, type WebauthnResponse } from '@guise/protocol';
import {
  invitePerson,
  openTestOrganisation,
  signIn,
  stepUp,
  testDatabases,
  textOf,
  type ApiAnswer,
  type TestOrganisation,
  type TestPerson,
} from '@guise/authority/testing';

/** Of authenticator data: 32 bytes of RP id hash, one of flags, then the counter, big-endian (WebAuthn L3 §6.1). */
const COUNTER_AT = 33;

describe.each(await testDatabases())('a passkey counter that goes back on %s', (kind) => {
  let org: TestOrganisation;
  let victim: TestPerson;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
  });
  beforeEach(async () => {
    const admin = await stepUp(org.authority, { ...org.adminA, token: await tokenOf(org.adminA) });
    victim = await invitePerson(org.authority, admin, 'Victim', ['employee']);
  });
  afterAll(() => org.authority.close());

  const tokenOf = async (person: TestPerson): Promise<string> =>
    textOf((await signIn(org.authority.api, person.authenticator)).body, 'token');
  const stored = async () =>
    org.authority.database.client.passkey.findFirstOrThrow({ where: { personId: victim.id } });
  const send = async (answerTo: (options: unknown) => WebauthnResponse): Promise<ApiAnswer> => {
    const { api } = org.authority;
    const offered = await api.post('/v1/passkeys/authentication/options', {});
    const { ceremony, options } = authenticationOptionsResponse.parse(offered.body);
    return api.post('/v1/passkeys/authentication', { ceremony, response: answerTo(options) });
  };

  it('locks the passkey, for the thief and the owner alike', async () => {
    const thief = victim.authenticator.clone();
    expect((await send((options) => victim.authenticator.get(options))).status).toBe(200);
    expect(await send((options) => thief.get(options))).toMatchObject({ body: { code: 'passkey-cloned' } });
    expect((await stored()).clonedAt).not.toBeNull();
    for (const holder of [thief, victim.authenticator]) {
      expect(await send((options) => holder.get(options))).toMatchObject({
        status: 403,
        body: { code: 'assertion-invalid' },
      });
    }
  });

  it('lets one of two copies pass that are used at the same moment, never both', async () => {
    const thief = victim.authenticator.clone();
    const answers = await Promise.all([
      send((options) => victim.authenticator.get(options)),
      send((options) => thief.get(options)),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 403]);
  });

  it('locks at a step-up as well', async () => {
    const thief = victim.authenticator.clone();
    const token = await tokenOf(victim);
    const offered = await org.authority.api.post('/v1/step-up/options', {}, { token });
    const { ceremony, options } = authenticationOptionsResponse.parse(offered.body);
    const body = { ceremony, response: thief.get(options) };
    const answer = await org.authority.api.post('/v1/step-up', body, { token });
    expect(answer).toMatchObject({ status: 403, body: { code: 'passkey-cloned' } });
    expect((await stored()).clonedAt).not.toBeNull();
  });

  it('cannot be pretended by somebody without the key: the signature covers the counter', async () => {
    await send((options) => victim.authenticator.get(options));
    const forged = await send((options) => withCounter(victim.authenticator.get(options), 0));
    expect(forged).toMatchObject({ status: 403, body: { code: 'assertion-invalid' } });
    expect((await stored()).clonedAt).toBeNull();
    const raised = await send((options) => withCounter(victim.authenticator.get(options), 2 ** 31));
    expect(raised).toMatchObject({ status: 403, body: { code: 'assertion-invalid' } });
    expect((await stored()).counter).toBeLessThan(10n);
    expect((await send((options) => victim.authenticator.get(options))).status).toBe(200);
  });
});

function withCounter(answer: WebauthnResponse, counter: number): WebauthnResponse {
  const data = Buffer.from(String(answer.response.authenticatorData), 'base64url');
  data.writeUInt32BE(counter, COUNTER_AT);
  return { ...answer, response: { ...answer.response, authenticatorData: data.toString('base64url') } };
}
