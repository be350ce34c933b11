/**
 * THREATS 27: one admin takes over an account by recovering it. Defence: a second admin, a day's delay, notices, and a code of
 * which neither admin ever holds both halves.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RECOVERY_DELAY_SECONDS } from '@guise/identity';
import { recoveryPartResponse } from '@guise/protocol';
import {
  openTestOrganisation,
  signIn,
  testDatabases,
  textOf,
  type ApiAnswer,
  type TestOrganisation,
  type TestPerson,
} from '@guise/authority/testing';

describe.each(await testDatabases())('one admin who recovers an account on %s', (kind) => {
  let org: TestOrganisation;
  let attacker: TestPerson;
  let honest: TestPerson;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
  });
  beforeEach(async () => {
    [attacker, honest] = [await fresh(org.adminB), await fresh(org.adminC)];
  });
  afterAll(() => org.authority.close());

  const fresh = async (person: TestPerson): Promise<TestPerson> => ({
    ...person,
    token: textOf((await signIn(org.authority.api, person.authenticator)).body, 'token'),
  });
  const post = (by: TestPerson, url: string, json: object = {}): Promise<ApiAnswer> =>
    org.authority.api.post(url, json, { token: by.token });
  const request = (by: TestPerson, person: TestPerson) =>
    post(by, '/v1/recoveries', { person: person.id, reason: 'Says so' });
  const waitOut = async (): Promise<void> => {
    org.authority.clock.advanceSeconds(RECOVERY_DELAY_SECONDS);
    [attacker, honest] = [await fresh(attacker), await fresh(honest)];
  };
  const redeem = (invitation: string) =>
    org.authority.api.post('/v1/passkeys/registration/options', { invitation });
  const partOf = async (admin: TestPerson, id: string) =>
    recoveryPartResponse.parse((await post(admin, `/v1/recoveries/${id}/part`)).body);
  const forget = async (id: string) => {
    expect((await post(await fresh(org.adminA), `/v1/recoveries/${id}/cancel`)).status).toBe(200);
  };

  it('cannot approve the own request, not in many tries at once', async () => {
    const id = textOf((await request(attacker, org.executive)).body, 'id');
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => post(attacker, `/v1/recoveries/${id}/approval`)),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 403, body: { code: 'maker-is-checker' } });
    }
    expect((await post(attacker, `/v1/recoveries/${id}/part`)).status).toBe(409);
    await waitOut();
    expect((await post(attacker, `/v1/recoveries/${id}/part`)).status).toBe(409);
    await forget(id);
  });

  it('cannot recover themselves, or approve their own recovery', async () => {
    expect(await request(attacker, attacker)).toMatchObject({ body: { code: 'maker-is-checker' } });
    const id = textOf((await request(honest, attacker)).body, 'id');
    const own = await post(attacker, `/v1/recoveries/${id}/approval`);
    expect(own).toMatchObject({ status: 403, body: { code: 'maker-is-checker' } });
    await forget(id);
  });

  it('gets only one half of an honest recovery’s code, however often, and guesses no other', async () => {
    const id = textOf((await request(attacker, org.executive)).body, 'id');
    expect((await post(honest, `/v1/recoveries/${id}/approval`)).status).toBe(200);
    await waitOut();
    const halves = [await partOf(attacker, id), await partOf(attacker, id)];
    expect(halves.map(({ half }) => half)).toEqual(['first', 'first']);
    const [first = '', second = ''] = halves.map(({ part }) => part);
    for (const code of [second, second + second, second + first, `${second}${'A'.repeat(22)}`]) {
      expect(await redeem(code)).toMatchObject({ status: 403, body: { code: 'invitation-invalid' } });
    }
    // The other half is the honest admin's to hand over; the earlier one of one's own is worth nothing.
    const theirs = await partOf(honest, id);
    expect(theirs.half).toBe('second');
    expect((await redeem(first + theirs.part)).status).toBe(403);
    expect((await redeem(theirs.part + second)).status).toBe(403);
    expect((await redeem(second + theirs.part)).status).toBe(200);
    // A third admin has no half at all.
    expect((await post(await fresh(org.adminA), `/v1/recoveries/${id}/part`)).status).toBe(403);
    await forget(id);
  });

  it('cannot hurry: neither half is given before a day has passed', async () => {
    const id = textOf((await request(attacker, org.executive)).body, 'id');
    await post(honest, `/v1/recoveries/${id}/approval`);
    org.authority.clock.advanceSeconds(RECOVERY_DELAY_SECONDS - 1);
    const [early, alsoEarly] = [await fresh(attacker), await fresh(honest)];
    expect((await post(early, `/v1/recoveries/${id}/part`)).status).toBe(409);
    expect((await post(alsoEarly, `/v1/recoveries/${id}/part`)).status).toBe(409);
    await forget(id);
  });

  it('cannot use a helper who is no admin any more', async () => {
    const id = textOf((await request(attacker, org.executive)).body, 'id');
    await post(honest, `/v1/recoveries/${id}/approval`);
    await waitOut();
    const code = (await partOf(attacker, id)).part + (await partOf(honest, id)).part;
    expect((await redeem(code)).status).toBe(200);
    const first = await fresh(org.adminA);
    await post(first, `/v1/persons/${attacker.id}/roles`, { roles: ['employee'] });
    expect((await redeem(code)).status).toBe(403);
    const asked = await post(first, `/v1/persons/${attacker.id}/roles`, { roles: ['admin'] });
    const grant = textOf(asked.body, 'adminGrant');
    expect((await post(await fresh(honest), `/v1/admin-grants/${grant}/approval`)).status).toBe(200);
    await forget(id);
  });

  it('needs a fresh verification for every step', async () => {
    const stale = await fresh(org.adminB);
    org.authority.clock.advanceSeconds(301);
    const needed = { status: 401, body: { code: 'step-up-required' } };
    expect(await request(stale, org.executive)).toMatchObject(needed);
    const id = `rec_${'a'.repeat(26)}`;
    expect(await post(stale, `/v1/recoveries/${id}/approval`)).toMatchObject(needed);
    expect(await post(stale, `/v1/recoveries/${id}/part`)).toMatchObject(needed);
  });

  it('was told to the victim each time, and left their passkey alone', async () => {
    const victim = await fresh(org.executive);
    const { body } = await org.authority.api.get('/v1/me/notices', { token: victim.token });
    const text = JSON.stringify(body);
    for (const told of ['recovery-requested', 'recovery-approved', 'recovery-cancelled']) {
      expect(text).toContain(told);
    }
    const where = { personId: org.executive.id, removedAt: null };
    expect(await org.authority.database.client.passkey.count({ where })).toBe(1);
  });
});
