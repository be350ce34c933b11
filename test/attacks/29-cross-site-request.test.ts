/**
 * THREATS 29 (CSRF): a page elsewhere makes the victim's browser send a request with its cookie. Defence, SameSite aside: the
 * browser says where a request comes from, and pages repeat a token that only they can read.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openTestOrganisation,
  testDatabases,
  TestPage,
  textOf,
  type Method,
  type TestOrganisation,
} from '@guise/authority/testing';

/** What a browser says of requests that a page elsewhere makes, and what an attacker who strips headers would hope for. */
const ELSEWHERE: readonly (readonly [string, Readonly<Record<string, string | null>>])[] = [
  ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['a sibling domain', { origin: 'https://blog.localhost', 'sec-fetch-site': 'same-site' }],
  ['another port', { origin: 'http://localhost:9', 'sec-fetch-site': 'same-site' }],
  ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ['an address typed in', { origin: null, 'sec-fetch-site': 'none' }],
  ['an old browser elsewhere', { origin: 'https://evil.example', 'sec-fetch-site': null }],
  ['nobody who says it', { origin: null, 'sec-fetch-site': null }],
  ['two origins at once', { origin: 'http://localhost:9000, https://evil.example' }],
];

/** Of programs with a token of their own: the cookie that a browser adds opens none of them. */
const OPENED_BY_TOKENS = /^\/(?:scim|v1\/shared-signals)\//;

describe.each(await testDatabases())('a request from another site on %s', (kind) => {
  let org: TestOrganisation;
  let page: TestPage;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    page = new TestPage(org.authority);
    await page.signIn(org.adminA);
  });
  afterAll(() => org.authority.close());

  const changing = () =>
    org.authority.routes.filter(
      ({ method, permission = [] }) =>
        !['GET', 'HEAD'].includes(method) && !permission.includes('public') && !permission.includes('device'),
    );
  const urlOf = (path: string) =>
    path.replace(':userCode', 'BCDF-GHJK').replaceAll(/:\w+/g, `ava_${'a'.repeat(26)}`);
  const refused = { status: 403, body: { code: 'cross-site-request' } };

  it.each(ELSEWHERE)('changes nothing from %s, even with the token', async (_from, headers) => {
    const invitation = { displayName: 'Eve', roles: ['admin'] };
    expect(await page.call('POST', '/v1/invitations', invitation, headers)).toMatchObject(refused);
  });

  it.each([
    ['no token', null],
    ['an empty one', ''],
    ['a guessed one', 'A'.repeat(43)],
  ])('changes nothing with %s, even from an own page', async (_what, token) => {
    const headers = { 'x-csrf-token': token };
    expect(await page.call('POST', '/v1/sign-out', {}, headers)).toMatchObject(refused);
  });

  it('changes nothing with the token of another sign-in', async () => {
    const attacker = new TestPage(org.authority);
    await attacker.signIn(org.employee);
    const headers = { 'x-csrf-token': attacker.csrfToken };
    expect(await page.call('POST', '/v1/sign-out', {}, headers)).toMatchObject(refused);
  });

  it('is refused by every route that changes something, whatever the method', async () => {
    expect(changing().length).toBeGreaterThan(20);
    for (const { method, path } of changing()) {
      const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
      const answer = await page.call(asMethod(method), urlOf(path), {}, headers);
      if (OPENED_BY_TOKENS.test(path)) expect([method, path, answer.status]).toEqual([method, path, 401]);
      else
        expect([method, path, answer.status, answer.body]).toMatchObject([method, path, 403, refused.body]);
    }
  });

  it('signs nobody in as the attacker', async () => {
    const victim = new TestPage(org.authority);
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const offered = await victim.call('POST', '/v1/passkeys/authentication/options', {});
    const options: unknown = Reflect.get(Object(offered.body), 'options');
    const response = org.employee.authenticator.get(options);
    const body = { ceremony: textOf(offered.body, 'ceremony'), response, carrier: 'cookie' };
    const answer = await victim.call('POST', '/v1/passkeys/authentication', body, headers);
    expect(answer).toMatchObject(refused);
    expect(victim.cookie).toBeNull();
  });

  it('reads no token: nothing allows other origins', async () => {
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const answer = await page.call('GET', '/v1/sign-ins/current', undefined, headers);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin');
  });

  it('left the page signed in and the organisation as it was', async () => {
    expect((await page.call('GET', '/v1/me')).status).toBe(200);
    expect(await org.authority.database.client.person.count({ where: { displayName: 'Eve' } })).toBe(0);
    const own = await page.call('POST', '/v1/invitations', { displayName: 'Ada', roles: ['employee'] });
    expect(own.status).toBe(201);
  });
});

function asMethod(method: string): Method {
  if (method === 'POST' || method === 'PUT' || method === 'PATCH' || method === 'DELETE') return method;
  throw new Error(`a route of an unexpected method: ${method}`);
}
