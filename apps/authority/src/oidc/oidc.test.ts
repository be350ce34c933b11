import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  freePort,
  openTestOrganisation,
  openTestProvider,
  registerPasskey,
  TestPage,
  testDatabases,
  textOf,
  type ApiAnswer,
  type TestOrganisation,
  type TestProvider,
} from '../testing/index.js';

describe.each(await testDatabases())('sign-in by an OpenID provider on %s', (kind) => {
  let provider: TestProvider;
  let org: TestOrganisation;
  beforeAll(async () => {
    const publicUrl = `http://localhost:${String(await freePort())}`;
    provider = await openTestProvider(publicUrl);
    provider.accounts.set('ada', { sub: 'ada', name: 'Ada L.', groups: ['staff', 'everybody'] });
    provider.accounts.set('bea', { sub: 'bea', name: 'Bea', groups: ['visitors'] });
    provider.accounts.set('cleo', { sub: 'cleo', groups: ['staff', 'admin'] });
    org = await openTestOrganisation(kind, { env: { ...provider.env, GUISE_PUBLIC_URL: publicUrl } });
  });
  afterAll(async () => {
    await org.authority.close();
    await provider.close();
  });

  const begin = async (page: TestPage, url = '/v1/oidc/sign-in'): Promise<string> =>
    textOf((await page.call('POST', url, {})).body, 'url');
  const enter = async (sub: string, page = new TestPage(org.authority)): Promise<[ApiAnswer, TestPage]> => {
    provider.user = sub;
    return [await page.returnTo(await provider.visit(await begin(page))), page];
  };
  const me = async (page: TestPage) => (await page.call('GET', '/v1/me')).body;
  const refused = (status: number, code: string) => ({
    status,
    body: expect.stringContaining(`<code>${code}<`) as string,
  });

  it('says which provider there is, for the button', async () => {
    expect((await org.authority.api.get('/v1/oidc')).body).toEqual({ name: 'Example Ltd' });
  });

  it('asks with PKCE, state and nonce, and sets a cookie that scripts do not read', async () => {
    const page = new TestPage(org.authority);
    const answer = await page.call('POST', '/v1/oidc/sign-in', {});
    const asked = new URL(textOf(answer.body, 'url'));
    expect(asked.origin).toBe(provider.issuer);
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'guise',
      code_challenge_method: 'S256',
      state: expect.stringMatching(/^[\w-]{43}$/) as string,
      nonce: expect.stringMatching(/^[\w-]{43}$/) as string,
      redirect_uri: `${org.authority.config.publicUrl}/oidc/callback`,
    });
    const cookie = String(answer.headers['set-cookie']);
    expect(cookie).toMatch(
      /^__Host-guise-oidc=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax; Max-Age=600$/,
    );
    expect(asked.href).not.toContain(page.flowCookie?.split('=')[1] ?? 'none');
  });

  it('makes a person of a first sign-in and finds them again by issuer and subject', async () => {
    const [answer, page] = await enter('ada');
    expect(answer).toMatchObject({ status: 303, headers: { location: '/account' } });
    const first = await me(page);
    expect(first).toMatchObject({ displayName: 'Ada L.', roles: ['employee'], sourceFace: null });
    provider.accounts.set('ada', { sub: 'ada', name: 'Somebody else', groups: ['staff'] });
    expect(await me((await enter('ada'))[1])).toEqual(first);
    const staged = await org.authority.database.client.ledgerEntry.count({
      where: { kind: 'status-change', topic: textOf(first, 'personId') },
    });
    expect(staged).toBe(1);
  });

  it('makes one person of two first sign-ins at once', async () => {
    provider.accounts.set('twin', { sub: 'twin', name: 'Twin', groups: ['staff'] });
    provider.user = 'twin';
    const pages = [new TestPage(org.authority), new TestPage(org.authority)];
    const urls: string[] = [];
    for (const page of pages) urls.push(await provider.visit(await begin(page)));
    const answers = await Promise.all(pages.map((page, i) => page.returnTo(urls[i] ?? '')));
    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    expect(await org.authority.database.client.person.count({ where: { displayName: 'Twin' } })).toBe(1);
  });

  it('never makes an admin, whatever a group is called, and lets nobody in who has no role', async () => {
    expect(await me((await enter('cleo'))[1])).toMatchObject({
      displayName: 'New person',
      roles: ['employee'],
    });
    expect((await enter('bea'))[0]).toMatchObject(refused(403, 'no-role'));
    expect(await org.authority.database.client.person.count({ where: { displayName: 'Bea' } })).toBe(0);
  });

  it('changes roles with the claim, and ends the sign-ins that were made before', async () => {
    const [, before] = await enter('cleo');
    provider.accounts.set('cleo', { sub: 'cleo', groups: ['internal-audit'] });
    const [, after] = await enter('cleo');
    expect(await me(after)).toMatchObject({ roles: ['auditor'] });
    expect(await me(before)).toMatchObject({ code: 'unauthenticated' });
    provider.accounts.set('cleo', { sub: 'cleo', groups: [] });
    expect((await enter('cleo'))[0]).toMatchObject(refused(403, 'no-role'));
  });

  it('is no step-up: what needs one asks for a passkey, and the first one is made within minutes', async () => {
    const [, page] = await enter('ada');
    expect((await page.call('POST', '/v1/passkeys/options', {})).body).toMatchObject({
      code: 'step-up-required',
    });
    expect((await page.call('GET', '/v1/sign-ins/current')).body).toMatchObject({ verifiedUntil: 300 });
    const invited = await page.call('POST', '/v1/oidc/first-passkey', {});
    expect(invited.status).toBe(201);
    const ada = await registerPasskey(org.authority, textOf(invited.body, 'token'), 'ada');
    expect(await me(page)).toMatchObject({ personId: ada.id });
    expect((await page.call('POST', '/v1/oidc/first-passkey', {})).status).toBe(409);
    expect((await page.call('POST', '/v1/passkeys/options', {})).status).toBe(401);
    await page.stepUp(ada);
    expect((await page.call('POST', '/v1/passkeys/options', {})).status).toBe(200);
  });

  it('gives no first passkey to a sign-in that is not fresh', async () => {
    const [, page] = await enter('twin');
    org.authority.clock.advanceSeconds(301);
    expect((await page.call('POST', '/v1/oidc/first-passkey', {})).status).toBe(409);
  });

  it('links an account on its person’s wish with a passkey, tells them, and never a second one', async () => {
    provider.accounts.set('exec', { sub: 'exec', name: 'Other name', groups: [] });
    const page = new TestPage(org.authority);
    await page.signIn(org.executive);
    provider.user = 'exec';
    expect(await page.returnTo(await provider.visit(await begin(page, '/v1/oidc/link')))).toMatchObject({
      status: 303,
    });
    expect(JSON.stringify((await page.call('GET', '/v1/me/notices')).body)).toContain('identity-linked');
    const other = new TestPage(org.authority);
    await other.signIn(org.employee);
    const again = await other.returnTo(await provider.visit(await begin(other, '/v1/oidc/link')));
    expect(again).toMatchObject(refused(409, 'already-linked'));
    provider.accounts.set('exec', { sub: 'exec', groups: ['staff'] });
    expect(await me((await enter('exec'))[1])).toMatchObject({ personId: org.executive.id });
  });

  it('leaves admin with an admin who was linked', async () => {
    provider.accounts.set('boss', { sub: 'boss', groups: ['staff'] });
    const page = new TestPage(org.authority);
    await page.signIn(org.adminC);
    provider.user = 'boss';
    await page.returnTo(await provider.visit(await begin(page, '/v1/oidc/link')));
    expect(await me((await enter('boss'))[1])).toMatchObject({
      personId: org.adminC.id,
      roles: ['admin', 'employee'],
    });
  });

  it('ends the sign-in that the browser carried before', async () => {
    const page = new TestPage(org.authority);
    await page.signIn(org.employee);
    const before = page.cookie;
    await enter('twin', page);
    expect(page.cookie).not.toBe(before);
    expect(
      (await new TestPage(org.authority).call('GET', '/v1/me', undefined, { cookie: before })).status,
    ).toBe(401);
  });

  it('tells in words what the provider refuses, and when it does not answer', async () => {
    const page = new TestPage(org.authority);
    const state = new URL(await begin(page)).searchParams.get('state') ?? '';
    const denied = `${org.authority.config.publicUrl}/oidc/callback?error=access_denied&state=${state}&iss=${encodeURIComponent(provider.issuer)}`;
    const answer = await page.returnTo(denied);
    expect(answer).toMatchObject(refused(403, 'provider-refused'));
    expect(String(answer.headers['content-type'])).toContain('text/html');
    expect(String(answer.headers['set-cookie'])).toContain('Max-Age=0');
  });
});
