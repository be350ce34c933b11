/**
 * THREATS 3, copied passkey: two hold one key, and its counter tells. Defence: the counter only goes up, under a lock; an answer
 * that goes back is refused, and locks the passkey for everything unless it may just have been overtaken (ADR 0023). Nobody
 * without the key can lock it.
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
  const open = async () =>
    authenticationOptionsResponse.parse(
      (await org.authority.api.post('/v1/passkeys/authentication/options', {})).body,
    );
  const answer = (ceremony: string, response: WebauthnResponse): Promise<ApiAnswer> =>
    org.authority.api.post('/v1/passkeys/authentication', { ceremony, response });
  const send = async (answerTo: (options: unknown) => WebauthnResponse): Promise<ApiAnswer> => {
    const { ceremony, options } = await open();
    return answer(ceremony, answerTo(options));
  };
  const refused = { status: 403, body: { code: 'assertion-invalid' } };
  const locked = { status: 403, body: { code: 'passkey-cloned' } };

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

  it('is none when two answers of one passkey arrive in the other order: the late one is refused, and signed again', async () => {
    const [first, second] = [await open(), await open()];
    const early = victim.authenticator.get(first.options);
    const late = victim.authenticator.get(second.options);
    expect((await answer(second.ceremony, late)).status).toBe(200);
    const overtaken = await answer(first.ceremony, early);
    expect(overtaken).toMatchObject(refused);
    expect(textOf(overtaken.body, 'detail')).toContain('Sign again');
    expect((await stored()).clonedAt).toBeNull();
    expect((await send((options) => victim.authenticator.get(options))).status).toBe(200);
  });

  it('is none either between a sign-in and a statement that was signed before it', async () => {
    const { api } = org.authority;
    const token = await tokenOf(victim);
    const stepping = authenticationOptionsResponse.parse(
      (await api.post('/v1/step-up/options', {}, { token })).body,
    );
    const response = victim.authenticator.get(stepping.options);
    await tokenOf(victim);
    const late = await api.post('/v1/step-up', { ceremony: stepping.ceremony, response }, { token });
    expect(late).toMatchObject(refused);
    expect((await stored()).clonedAt).toBeNull();
  });

  it('locks also a copy that opens its ceremonies early and uses a count of the owner’s', async () => {
    const thief = victim.authenticator.clone();
    const early = await open();
    await send((options) => victim.authenticator.get(options));
    await send((options) => victim.authenticator.get(options));
    expect(await answer(early.ceremony, thief.get(early.options))).toMatchObject(locked);
    expect((await stored()).clonedAt).not.toBeNull();
  });

  it('gives a copy that opens its ceremonies early nothing but refusals, and locks at its next', async () => {
    const thief = victim.authenticator.clone();
    const early = [await open(), await open()];
    // A signature somewhere else in between: the owner's next count here is two further.
    victim.authenticator.get((await open()).options);
    await send((options) => victim.authenticator.get(options));
    const [first, second] = early;
    expect(await answer(first?.ceremony ?? '', thief.get(first?.options))).toMatchObject(refused);
    expect((await stored()).clonedAt).toBeNull();
    expect(await answer(second?.ceremony ?? '', thief.get(second?.options))).toMatchObject(locked);
  });

  it('locks at the owner’s next answer when a copy ran ahead', async () => {
    const thief = victim.authenticator.clone();
    for (let i = 0; i < 3; i += 1) expect((await send((options) => thief.get(options))).status).toBe(200);
    expect(await send((options) => victim.authenticator.get(options))).toMatchObject(locked);
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
