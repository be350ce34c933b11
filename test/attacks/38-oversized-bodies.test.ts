/**
 * THREATS 38: bodies that are too large, too deep or too wide for whoever parses them. Defence: a bound in bytes before
 * anything is parsed, on every route; a bound in levels before schemas recurse; schemas that bound every list.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openTestOrganisation,
  provisioningToken,
  type ApiAnswer,
  type Method,
  type TestOrganisation,
} from '@guise/authority/testing';

const LARGE = JSON.stringify({ text: 'x'.repeat(300 * 1024) });
const DEEP = '{"a":'.repeat(6000) + 'null' + '}'.repeat(6000);
const DEEP_LISTS = '['.repeat(20_000) + ']'.repeat(20_000);
const WIDE = JSON.stringify({ Operations: Array.from({ length: 10_000 }, () => null), roles: [] });
const WITH_BODY: readonly Method[] = ['POST', 'PUT', 'PATCH'];

describe('a hostile body', () => {
  let org: TestOrganisation;
  let provisioning: string;
  beforeAll(async () => {
    org = await openTestOrganisation('embedded');
    provisioning = await provisioningToken(org.authority, org.adminA);
  });
  afterAll(() => org.authority.close());

  /** Every route that may take a body, as somebody whom it lets in. */
  const routes = () =>
    org.authority.routes.flatMap(({ method, path }) => {
      const known = WITH_BODY.find((each) => each === method);
      // It would end the sign-in that asks.
      if (known === undefined || path === '/v1/sign-out') return [];
      const url = path.replaceAll(/:\w+/g, `per_${'a'.repeat(26)}`);
      return [{ method: known, url, token: path.startsWith('/scim/') ? provisioning : org.adminA.token }];
    });
  const send = (route: ReturnType<typeof routes>[number], payload: string): Promise<ApiAnswer> =>
    org.authority.api.call(route.method, route.url, {
      token: route.token,
      headers: { 'content-type': 'application/json' },
      payload,
    });

  it('is refused by its length on every route, before it is parsed', async () => {
    expect(routes().length).toBeGreaterThan(40);
    for (const route of routes()) {
      expect([route.method, route.url, (await send(route, LARGE)).status]).toEqual([
        route.method,
        route.url,
        413,
      ]);
    }
  });

  it.each([
    ['deep', DEEP],
    ['deep lists', DEEP_LISTS],
    ['wide', WIDE],
  ])('that is %s breaks nothing on any route', async (_what, payload) => {
    for (const route of routes()) {
      const { status } = await send(route, payload);
      expect([route.method, route.url, status < 500]).toEqual([route.method, route.url, true]);
    }
    expect((await org.authority.api.get('/readyz')).status).toBe(200);
  });

  it('that is deep is refused where a body is read', async () => {
    const invitation = { method: 'POST', url: '/v1/invitations', token: org.adminA.token } as const;
    const user = { method: 'POST', url: '/scim/v2/Users', token: provisioning } as const;
    for (const payload of [DEEP, DEEP_LISTS]) {
      expect(await send(invitation, payload)).toMatchObject({ status: 400, body: { code: 'bad-request' } });
      expect(await send(user, payload)).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    }
  });
});
