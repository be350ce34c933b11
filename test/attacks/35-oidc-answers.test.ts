/**
 * THREATS 35 (sign-in by an OpenID provider): forged, replayed, mixed-up and foreign answers. Defence: state, nonce and PKCE
 * of a ceremony that this browser alone can name, used up before anything is verified; issuer, audience, time and signature
 * of the ID token; persons found by issuer and subject.
 */
import { generateKeyPair, type CryptoKey, type JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  freePort,
  openTestOrganisation,
  openTestProvider,
  TestPage,
  testDatabases,
  textOf,
  type ApiAnswer,
  type TestOrganisation,
  type TestProvider,
} from '@guise/authority/testing';

const without =
  (claim: string) =>
  (claims: JWTPayload): JWTPayload =>
    Object.fromEntries(Object.entries(claims).filter(([name]) => name !== claim));

describe.each(await testDatabases())('an answer of the OpenID provider on %s', (kind) => {
  let provider: TestProvider;
  let other: TestProvider;
  let org: TestOrganisation;
  let foreignKey: CryptoKey;
  beforeAll(async () => {
    const publicUrl = `http://localhost:${String(await freePort())}`;
    [provider, other] = [await openTestProvider(publicUrl), await openTestProvider(publicUrl)];
    for (const each of [provider, other]) {
      each.accounts.set('victim', { sub: 'victim', name: 'Victim', groups: ['staff'] });
      each.accounts.set('attacker', { sub: 'attacker', name: 'Attacker', groups: ['staff'] });
    }
    org = await openTestOrganisation(kind, { env: { ...provider.env, GUISE_PUBLIC_URL: publicUrl } });
    foreignKey = (await generateKeyPair('RS256')).privateKey;
  });
  afterEach(() => {
    provider.forge = null;
  });
  afterAll(async () => {
    await org.authority.close();
    await Promise.all([provider.close(), other.close()]);
  });

  const begin = async (page: TestPage): Promise<string> =>
    textOf((await page.call('POST', '/v1/oidc/sign-in', {})).body, 'url');
  /** Where the provider sends this browser back to. */
  const visit = async (page: TestPage, sub: string): Promise<string> => {
    provider.user = sub;
    return provider.visit(await begin(page));
  };
  const person = async (page: TestPage): Promise<unknown> => {
    const { status, body } = await page.call('GET', '/v1/me');
    return status === 200 ? Reflect.get(Object(body), 'displayName') : status;
  };
  const reasonOf = ({ status, body }: ApiAnswer): string => {
    expect(status).toBeGreaterThanOrEqual(400);
    return /<code>([a-z-]+)</.exec(String(body))?.[1] ?? `no reason in ${String(body)}`;
  };
  const changed = (url: string, change: (parameters: URLSearchParams) => void): string => {
    const next = new URL(url);
    change(next.searchParams);
    return next.href;
  };

  it('that is honest signs in: what follows differs from it in one thing each', async () => {
    const page = new TestPage(org.authority);
    expect((await page.returnTo(await visit(page, 'victim'))).status).toBe(303);
    expect(await person(page)).toBe('Victim');
  });

  it.each<[string, (claims: JWTPayload) => JWTPayload]>([
    ['with a nonce of another sign-in', (claims) => ({ ...claims, nonce: 'A'.repeat(43) })],
    ['without a nonce', without('nonce')],
    ['for another audience', (claims) => ({ ...claims, aud: 'another-client' })],
    [
      'for two audiences, one of them foreign',
      (claims) => ({ ...claims, aud: ['guise', 'other'], azp: 'other' }),
    ],
    ['of another issuer', (claims) => ({ ...claims, iss: 'https://login.example.net' })],
    ['that expired', (claims) => ({ ...claims, iat: 1_700_000_000, exp: 1_700_000_300 })],
    ['that never expires', without('exp')],
    ['without a subject', without('sub')],
    ['with a subject that is no text', (claims) => ({ ...claims, sub: ['victim'] as unknown as string })],
    ['with a subject longer than any', (claims) => ({ ...claims, sub: 'v'.repeat(256) })],
  ])('is refused %s, although the provider signed it', async (_what, forge) => {
    provider.forge = (claims) => provider.sign(forge(claims));
    const page = new TestPage(org.authority);
    expect(reasonOf(await page.returnTo(await visit(page, 'victim')))).toBe('answer-invalid');
    expect(await person(page)).toBe(401);
  });

  it('is refused unsigned, signed with another key, with a shared secret, or with a changed claim', async () => {
    const unsigned = (alg: string) => (claims: JWTPayload) => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      return Promise.resolve(`${part({ alg, kid: 'test' })}.${part(claims)}.`);
    };
    const forgeries: ((claims: JWTPayload) => Promise<string>)[] = [
      unsigned('none'),
      unsigned('NONE'),
      unsigned('RS256'),
      unsigned('HS256'),
      (claims) => provider.sign(claims, foreignKey),
      async (claims) => {
        const [head = '', , signature = ''] = (await provider.sign(claims)).split('.');
        const body = Buffer.from(JSON.stringify({ ...claims, sub: 'victim' })).toString('base64url');
        return `${head}.${body}.${signature}`;
      },
    ];
    for (const forge of forgeries) {
      provider.forge = forge;
      const page = new TestPage(org.authority);
      expect(reasonOf(await page.returnTo(await visit(page, 'attacker')))).toBe('answer-invalid');
      expect(await person(page)).toBe(401);
    }
  });

  it('is refused with another state, none, or two', async () => {
    for (const change of [
      (query: URLSearchParams) => {
        query.set('state', 'A'.repeat(43));
      },
      (query: URLSearchParams) => {
        query.delete('state');
      },
      (query: URLSearchParams) => {
        query.append('state', 'A'.repeat(43));
      },
    ]) {
      const page = new TestPage(org.authority);
      const answer = await page.returnTo(changed(await visit(page, 'victim'), change));
      expect(reasonOf(answer)).toBe('answer-invalid');
      expect(await person(page)).toBe(401);
    }
  });

  it('is refused when it names another issuer, or none (RFC 9207)', async () => {
    for (const change of [
      (query: URLSearchParams) => {
        query.set('iss', other.issuer);
      },
      (query: URLSearchParams) => {
        query.delete('iss');
      },
    ]) {
      const page = new TestPage(org.authority);
      const answer = await page.returnTo(changed(await visit(page, 'victim'), change));
      expect(reasonOf(answer)).toBe('answer-invalid');
    }
  });

  it('of another provider for the same client is worth nothing, and its subject is nobody', async () => {
    const page = new TestPage(org.authority);
    const asked = new URL(await begin(page));
    other.user = 'victim';
    const mixed = await other.visit(`${other.issuer}${asked.pathname}${asked.search}`);
    expect(reasonOf(await page.returnTo(mixed))).toBe('answer-invalid');
    const relabelled = changed(mixed, (query) => {
      query.set('iss', provider.issuer);
    });
    const again = new TestPage(org.authority);
    await begin(again);
    expect(reasonOf(await again.returnTo(relabelled))).toBe('answer-invalid');
  });

  it('signs in once: not again in the same browser, with the cookie kept, nor in another', async () => {
    const page = new TestPage(org.authority);
    const url = await visit(page, 'victim');
    const kept = page.flowCookie;
    expect((await page.returnTo(url)).status).toBe(303);
    expect(page.flowCookie).toBeNull();
    expect(reasonOf(await page.returnTo(url))).toBe('not-begun');
    page.flowCookie = kept;
    expect(reasonOf(await page.returnTo(url))).toBe('not-begun');
    // A ceremony of the attacker's own: the code is bound to another verifier, and used up.
    const thief = new TestPage(org.authority);
    const state = new URL(await begin(thief)).searchParams.get('state') ?? '';
    expect(
      reasonOf(
        await thief.returnTo(
          changed(url, (query) => {
            query.set('state', state);
          }),
        ),
      ),
    ).toBe('answer-invalid');
    expect(await person(thief)).toBe(401);
  });

  it('intercepted before it was used is worth nothing to whoever has not its verifier', async () => {
    const victim = new TestPage(org.authority);
    const url = await visit(victim, 'victim');
    const thief = new TestPage(org.authority);
    const state = new URL(await begin(thief)).searchParams.get('state') ?? '';
    const stolen = changed(url, (query) => {
      query.set('state', state);
    });
    expect(reasonOf(await thief.returnTo(stolen))).toBe('answer-invalid');
    expect(await person(thief)).toBe(401);
  });

  it('of the attacker does not sign in the victim’s browser (login CSRF)', async () => {
    const attacker = new TestPage(org.authority);
    const lure = await visit(attacker, 'attacker');
    const fresh = new TestPage(org.authority);
    expect(reasonOf(await fresh.returnTo(lure))).toBe('not-begun');
    // The victim has begun a sign-in of their own: it is not this one.
    const victim = new TestPage(org.authority);
    await begin(victim);
    expect(reasonOf(await victim.returnTo(lure))).toBe('answer-invalid');
    expect([await person(fresh), await person(victim)]).toEqual([401, 401]);
  });

  it('cannot be begun for somebody from another site', async () => {
    for (const headers of [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: null, 'sec-fetch-site': null },
    ]) {
      const page = new TestPage(org.authority);
      const answer = await page.call('POST', '/v1/oidc/sign-in', {}, headers);
      expect(answer).toMatchObject({ status: 403, body: { code: 'cross-site-request' } });
      expect(page.flowCookie).toBeNull();
    }
    const linking = new TestPage(org.authority);
    await linking.signIn(org.employee);
    const answer = await linking.call('POST', '/v1/oidc/link', {}, { 'x-csrf-token': 'A'.repeat(43) });
    expect(answer).toMatchObject({ status: 403, body: { code: 'cross-site-request' } });
  });

  it('makes a new token, whatever the browser was made to carry (session fixation)', async () => {
    const page = new TestPage(org.authority);
    const planted = `__Host-guise=${'A'.repeat(43)}`;
    page.cookie = planted;
    page.flowCookie = `__Host-guise-oidc=${'B'.repeat(43)}`;
    const url = await visit(page, 'victim');
    expect(page.flowCookie).not.toContain('BBBB');
    await page.returnTo(url);
    expect(await person(page)).toBe('Victim');
    expect(page.cookie).not.toBe(planted);
    // Two ceremonies in one request are none.
    const doubled = new TestPage(org.authority);
    const next = await visit(doubled, 'victim');
    doubled.flowCookie = `${doubled.flowCookie ?? ''}; __Host-guise-oidc=${'B'.repeat(43)}`;
    expect(reasonOf(await doubled.returnTo(next))).toBe('not-begun');
  });

  it('comes too late after ten minutes', async () => {
    const page = new TestPage(org.authority);
    const url = await visit(page, 'victim');
    org.authority.clock.advanceSeconds(601);
    expect(reasonOf(await page.returnTo(url))).toBe('not-begun');
  });

  it('links no account of somebody who signed out meanwhile', async () => {
    const page = new TestPage(org.authority);
    await page.signIn(org.employee);
    const url = textOf((await page.call('POST', '/v1/oidc/link', {})).body, 'url');
    provider.user = 'attacker';
    const back = await provider.visit(url);
    await page.call('POST', '/v1/sign-out', {});
    expect(reasonOf(await page.returnTo(back))).toBe('not-begun');
    const { client } = org.authority.database;
    expect(await client.externalIdentity.count({ where: { personId: org.employee.id } })).toBe(0);
  });

  it('never links by name, e-mail or anything but issuer and subject', async () => {
    provider.accounts.set('mimic', { sub: 'mimic', name: 'Admin B', groups: ['staff'] });
    provider.forge = (claims) =>
      provider.sign({ ...claims, email: 'admin@example.org', email_verified: true, personId: org.adminB.id });
    const page = new TestPage(org.authority);
    await page.returnTo(await visit(page, 'mimic'));
    const me = (await page.call('GET', '/v1/me')).body;
    expect(me).toMatchObject({ displayName: 'Admin B', roles: ['employee'] });
    expect(textOf(me, 'personId')).not.toBe(org.adminB.id);
  });

  it('signs nobody in who was suspended or left, and makes no second person of them', async () => {
    const { client } = org.authority.database;
    const victim = await client.person.findFirstOrThrow({ where: { displayName: 'Victim' } });
    const persons = await client.person.count();
    for (const state of ['suspended', 'left']) {
      await client.person.update({ where: { id: victim.id }, data: { state } });
      const page = new TestPage(org.authority);
      expect(reasonOf(await page.returnTo(await visit(page, 'victim')))).toBe('not-active');
      expect(await person(page)).toBe(401);
    }
    expect(await client.person.count()).toBe(persons);
    // And the database gives nobody's identity to somebody else.
    const attacker = new TestPage(org.authority);
    await attacker.returnTo(await visit(attacker, 'attacker'));
    expect(await person(attacker)).toBe('Attacker');
    const handed = client.externalIdentity.updateMany({
      where: { subject: 'attacker' },
      data: { personId: org.adminB.id },
    });
    await expect(handed).rejects.toThrow('external identity');
  });
});
