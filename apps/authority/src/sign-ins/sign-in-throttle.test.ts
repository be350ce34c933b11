import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { THROTTLE_LIMITS, THROTTLE_WINDOW_SECONDS } from '@guise/identity';
import { registrationOptionsResponse, type WebauthnResponse } from '@guise/protocol';
import {
  firstAdmin,
  invitePerson,
  openTestAuthority,
  signIn,
  stepUp,
  testDatabases,
  type ApiAnswer,
  type TestAuthority,
  type TestPerson,
} from '../testing/index.js';

const SEEN_ALL = THROTTLE_LIMITS.account;

describe.each(await testDatabases())('the sign-in throttle on %s', (kind) => {
  let authority: TestAuthority;
  let admin: TestPerson;
  let ada: TestPerson;
  const statements: string[] = [];

  beforeAll(async () => {
    authority = await openTestAuthority(kind, {
      env: { GUISE_TRUSTED_PROXIES: '1' },
      onStatement: (sql) => {
        statements.push(sql.replaceAll(/\s+/g, ' '));
      },
    });
    admin = await firstAdmin(authority);
    ada = await invitePerson(authority, admin, 'Ada', ['employee']);
  });
  afterAll(() => authority.close());

  let networks = 0;
  const freshAddress = (): string => `203.0.113.${String((networks += 1))}`;
  const begin = async () =>
    registrationOptionsResponse.parse(
      (await authority.api.post('/v1/passkeys/authentication/options', {})).body,
    );
  const send = (ceremony: string, response: WebauthnResponse, address: string): Promise<ApiAnswer> =>
    authority.api.post(
      '/v1/passkeys/authentication',
      { ceremony, response },
      { headers: { 'x-forwarded-for': address } },
    );
  /** A well-formed answer whose signature is over another challenge. */
  const fail = async (person: TestPerson, address: string, id?: string): Promise<ApiAnswer> => {
    const { ceremony } = await begin();
    const wrong = person.authenticator.get({ challenge: 'A'.repeat(43), rpId: authority.config.rpId });
    return send(ceremony, id === undefined ? wrong : { ...wrong, id, rawId: id }, address);
  };
  const pass = async (person: TestPerson, address: string): Promise<ApiAnswer> => {
    const { ceremony, options } = await begin();
    return send(ceremony, person.authenticator.get(options), address);
  };
  const nextWindow = (): void => {
    authority.clock.advanceSeconds(THROTTLE_WINDOW_SECONDS);
  };
  const limited = { status: 429, body: { code: 'rate-limited' } };

  it('closes an account that failed too often, from everywhere, and opens it in time', async () => {
    for (let i = 0; i < SEEN_ALL; i++) expect((await fail(ada, freshAddress())).status).toBe(403);
    const refused = await pass(ada, freshAddress());
    expect(refused).toMatchObject(limited);
    expect(refused.headers['retry-after']).toBe(String(THROTTLE_WINDOW_SECONDS));
    expect((await pass(admin, freshAddress())).status).toBe(200);
    nextWindow();
    expect((await pass(ada, freshAddress())).status).toBe(200);
  });

  it('does not let a hundred at once be one', async () => {
    nextWindow();
    const begun = await Promise.all(Array.from({ length: 3 * SEEN_ALL }, () => begin()));
    const wrong = ada.authenticator.get({ challenge: 'A'.repeat(43), rpId: authority.config.rpId });
    const answers = await Promise.all(begun.map(({ ceremony }) => send(ceremony, wrong, freshAddress())));
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(SEEN_ALL);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(2 * SEEN_ALL);
  });

  it('forgets what failed once somebody signed in', async () => {
    nextWindow();
    const address = freshAddress();
    for (let i = 0; i < SEEN_ALL - 1; i++) await fail(ada, address);
    expect((await pass(ada, address)).status).toBe(200);
    for (let i = 0; i < SEEN_ALL; i++) expect((await fail(ada, address)).status).toBe(403);
    nextWindow();
  });

  it('closes a network that failed too often, and no other', async () => {
    const office = '2001:db8:7:7::';
    for (let i = 0; i < THROTTLE_LIMITS.network; i++) {
      await fail(ada, `${office}${i.toString(16)}`, `nobody${String(i)}`);
    }
    expect(await pass(ada, `${office}ffff`)).toMatchObject(limited);
    const invitation = 'A'.repeat(43);
    const headers = { 'x-forwarded-for': `${office}1` };
    const guess = await authority.api.post('/v1/passkeys/registration/options', { invitation }, { headers });
    expect(guess).toMatchObject(limited);
    expect((await pass(ada, '2001:db8:7:8::1')).status).toBe(200);
    nextWindow();
  });

  it('says and does the same for a passkey that nobody has', async () => {
    const measure = async (id?: string) => {
      const address = freshAddress();
      statements.length = 0;
      const answer = await fail(ada, address, id);
      const seen = [...statements];
      const withoutTrace = { ...Object(answer.body), traceId: '' } as unknown;
      return { status: answer.status, body: withoutTrace, statements: seen };
    };
    const known = await measure();
    expect(known.statements.length).toBeGreaterThan(3);
    expect(await measure('bm9ib2R5IGhhcyB0aGlz')).toEqual(known);
    const knownId = ada.authenticator.credentialIds[0];
    const after = async (id?: string) => {
      for (let i = 0; i < SEEN_ALL; i++) await fail(ada, freshAddress(), id);
      return (await fail(ada, freshAddress(), id)).status;
    };
    expect([await after(knownId), await after('bm9ib2R5IGhhcyBpdCE')]).toEqual([429, 429]);
    nextWindow();
  });

  it('holds for step-up as for signing in', async () => {
    const token = String(Reflect.get(Object((await signIn(authority.api, ada.authenticator)).body), 'token'));
    const wrong = ada.authenticator.get({ challenge: 'A'.repeat(43), rpId: authority.config.rpId });
    const tryOnce = async () => {
      const { body } = await authority.api.post('/v1/step-up/options', {}, { token });
      const { ceremony } = registrationOptionsResponse.parse(body);
      return (await authority.api.post('/v1/step-up', { ceremony, response: wrong }, { token })).status;
    };
    for (let i = 0; i < SEEN_ALL; i++) expect(await tryOnce()).toBe(403);
    expect(await tryOnce()).toBe(429);
    nextWindow();
    expect((await stepUp(authority, { ...ada, token })).id).toBe(ada.id);
  });

  it('keeps no address and no name', async () => {
    await fail(ada, '198.51.100.9');
    const rows = await authority.database.client.signInThrottle.findMany();
    expect(rows.length).toBeGreaterThan(0);
    for (const { id } of rows) expect(id).toMatch(/^[0-9a-f]{64}$/);
  });
});
