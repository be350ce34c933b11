import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { currentSignIn, signInRow } from '@guise/protocol';
import { z } from 'zod';
import {
  firstAdmin,
  invitePerson,
  openTestAuthority,
  signIn,
  stepUp,
  testDatabases,
  TestPage,
  textOf,
  type TestAuthority,
  type TestPerson,
} from '../testing/index.js';

const MINUTE = 60;
const IDLE_MINUTES = 30;

describe.each(await testDatabases())('sign-ins on %s', (kind) => {
  let authority: TestAuthority;
  let admin: TestPerson;
  let ada: TestPerson;
  let page: TestPage;

  beforeAll(async () => {
    const env = { GUISE_SIGN_IN_IDLE_MINUTES: String(IDLE_MINUTES), GUISE_SIGN_IN_HOURS: '2' };
    authority = await openTestAuthority(kind, { env });
    admin = await firstAdmin(authority);
  });
  beforeEach(async () => {
    admin = { ...admin, token: textOf((await signIn(authority.api, admin.authenticator)).body, 'token') };
    ada = await invitePerson(authority, admin, 'Ada', ['employee']);
    page = new TestPage(authority);
    expect((await page.signIn(ada)).status).toBe(200);
  });
  afterAll(() => authority.close());

  const me = async (of: TestPage): Promise<number> => (await of.call('GET', '/v1/me')).status;
  const list = async (of: TestPage) => z.array(signInRow).parse((await of.call('GET', '/v1/sign-ins')).body);

  it('of a browser are in a cookie that no script reads, and nowhere else', async () => {
    const answer = await page.signIn(ada);
    expect(answer.headers['set-cookie']).toMatch(
      /^__Host-guise=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict; Max-Age=7200$/,
    );
    const token = /=([\w-]{43});/.exec(String(answer.headers['set-cookie']))?.[1] ?? '';
    expect(JSON.stringify(answer.body)).not.toContain(token);
    expect(await me(page)).toBe(200);
    // What leaked out of a cookie is no bearer, and the other way round.
    expect((await authority.api.get('/v1/me', { token })).status).toBe(401);
    const swapped = { headers: { cookie: `__Host-guise=${ada.token}` } };
    expect((await authority.api.get('/v1/me', swapped)).status).toBe(401);
  });

  it('tell a page that was loaded again what it needs', async () => {
    const current = currentSignIn.parse((await page.call('GET', '/v1/sign-ins/current')).body);
    expect(current.csrfToken).toBe(page.csrfToken);
    expect(current.verifiedUntil).toBe(authority.clock.nowSeconds() + 5 * MINUTE);
    const bearer = await authority.api.get('/v1/sign-ins/current', { token: ada.token });
    expect(bearer.body).toMatchObject({ csrfToken: null });
  });

  it('are not given to a browser as bearers', async () => {
    const offered = await authority.api.post('/v1/passkeys/authentication/options', {});
    const response = ada.authenticator.get(Reflect.get(Object(offered.body), 'options'));
    const body = { ceremony: textOf(offered.body, 'ceremony'), response };
    const answer = await page.call('POST', '/v1/passkeys/authentication', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad-request' } });
  });

  it('end when idle, and at their end however busy', async () => {
    authority.clock.advanceSeconds(IDLE_MINUTES * MINUTE - 1);
    expect(await me(page)).toBe(200);
    authority.clock.advanceSeconds(IDLE_MINUTES * MINUTE - 1);
    expect(await me(page)).toBe(200);
    authority.clock.advanceSeconds(IDLE_MINUTES * MINUTE);
    expect(await me(page)).toBe(401);

    await page.signIn(ada);
    for (let minutes = 0; minutes < 120; minutes += 20) {
      expect(await me(page)).toBe(200);
      authority.clock.advanceSeconds(20 * MINUTE);
    }
    expect(await me(page)).toBe(401);
  });

  it('get a new token at a step-up: the old one is worth nothing', async () => {
    const before = (await list(page)).find(({ current }) => current);
    const { cookie: oldCookie, csrfToken: oldToken } = page;
    expect((await page.stepUp(ada)).status).toBe(200);
    expect(page.cookie).not.toBe(oldCookie);
    expect(page.csrfToken).not.toBe(oldToken);
    expect((await page.call('GET', '/v1/me', undefined, { cookie: oldCookie })).status).toBe(401);
    expect((await list(page)).find(({ current }) => current)?.id).toBe(before?.id);
    const renewed = await stepUp(authority, ada);
    expect((await authority.api.get('/v1/me', { token: ada.token })).status).toBe(401);
    expect((await authority.api.get('/v1/me', { token: renewed.token })).status).toBe(200);
  });

  it('do not live longer by a step-up', async () => {
    authority.clock.advanceSeconds(20 * MINUTE);
    const { expiresAt } = currentSignIn.parse((await page.call('GET', '/v1/sign-ins/current')).body);
    await page.stepUp(ada);
    const after = currentSignIn.parse((await page.call('GET', '/v1/sign-ins/current')).body);
    expect(after).toMatchObject({ expiresAt, verifiedUntil: authority.clock.nowSeconds() + 5 * MINUTE });
  });

  it('are stepped up by their own ceremony and their own passkey alone', async () => {
    const eve = await invitePerson(authority, admin, 'Eve', ['employee']);
    const offered = await page.call('POST', '/v1/step-up/options', {});
    const options: unknown = Reflect.get(Object(offered.body), 'options');
    const ceremony = textOf(offered.body, 'ceremony');
    const response = ada.authenticator.get(options);
    const stolen = await authority.api.post('/v1/step-up', { ceremony, response }, { token: eve.token });
    expect(stolen).toMatchObject({ status: 400, body: { code: 'challenge-invalid' } });
    const foreign = eve.authenticator.get({ ...Object(options), allowCredentials: [] });
    const answer = await page.call('POST', '/v1/step-up', { ceremony, response: foreign });
    expect(answer).toMatchObject({ status: 403, body: { code: 'assertion-invalid' } });
  });

  it('are listed and ended by their owner alone', async () => {
    const phone = new TestPage(authority);
    await phone.signIn(ada);
    const seen = await list(page);
    expect(seen).toHaveLength(3);
    expect(seen.filter(({ current }) => current)).toMatchObject([
      { carrier: 'cookie', client: 'Test browser' },
    ]);
    const [other] = (await list(phone)).filter(({ current }) => current);
    const url = `/v1/sign-ins/${other?.id ?? ''}/revoke`;
    expect((await authority.api.post(url, {}, { token: admin.token })).status).toBe(404);
    expect((await page.call('POST', url, {})).status).toBe(204);
    expect([await me(phone), await me(page)]).toEqual([401, 200]);
  });

  it('end at sign-out, which takes the cookie back', async () => {
    const { cookie } = page;
    const answer = await page.call('POST', '/v1/sign-out', {});
    expect(answer.status).toBe(204);
    expect(answer.headers['set-cookie']).toContain('Max-Age=0');
    expect((await page.call('GET', '/v1/me', undefined, { cookie })).status).toBe(401);
  });

  it('all end when the person’s roles change', async () => {
    const roles = { roles: ['employee', 'auditor'] };
    const url = `/v1/persons/${ada.id}/roles`;
    expect((await authority.api.post(url, roles, { token: admin.token })).status).toBe(200);
    expect(await me(page)).toBe(401);
    expect((await authority.api.get('/v1/me', { token: ada.token })).status).toBe(401);
    expect((await authority.api.get('/v1/me', { token: admin.token })).status).toBe(200);
  });
});
