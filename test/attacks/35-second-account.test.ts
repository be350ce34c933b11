/**
 * THREATS 35 (sign-in by an OpenID provider): a second account for somebody whom the directory suspended, let go, or never linked,
 * and an account taken over by whoever the directory names. Defence: a name that the directory knows makes no new person; only the
 * subject itself, or an admin's word, makes a person the directory's; never an admin.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  freePort,
  openTestOrganisation,
  openTestProvider,
  provisioningToken,
  registerPasskey,
  ScimClient,
  TestPage,
  testDatabases,
  textOf,
  type TestOrganisation,
  type TestProvider,
} from '@guise/authority/testing';

describe.each(await testDatabases())('a second account at the provider on %s', (kind) => {
  let provider: TestProvider;
  let org: TestOrganisation;
  let scim: ScimClient;
  let linking: ScimClient;
  beforeAll(async () => {
    const publicUrl = `http://localhost:${String(await freePort())}`;
    provider = await openTestProvider(publicUrl);
    org = await openTestOrganisation(kind, { env: { ...provider.env, GUISE_PUBLIC_URL: publicUrl } });
    scim = new ScimClient(org.authority, await provisioningToken(org.authority, org.adminA));
    linking = new ScimClient(org.authority, await provisioningToken(org.authority, org.adminA, true));
  });
  afterAll(async () => {
    await org.authority.close();
    await provider.close();
  });

  const persons = () => org.authority.database.client.person.count();
  /** Signs in at the provider. @returns the person's id, or why not */
  const enter = async (sub: string, claims: object = {}): Promise<string> => {
    provider.accounts.set(sub, { sub, name: sub, groups: ['staff'] });
    provider.user = sub;
    provider.forge = (honest) => provider.sign({ ...honest, ...claims });
    const page = new TestPage(org.authority);
    const url = textOf((await page.call('POST', '/v1/oidc/sign-in', {})).body, 'url');
    const answer = await page.returnTo(await provider.visit(url));
    if (answer.status === 303) return textOf((await page.call('GET', '/v1/me')).body, 'personId');
    return /<code>([\w-]+)</.exec(String(answer.body))?.[1] ?? 'no reason';
  };

  it.each([
    ['preferred_username', { preferred_username: 'Hal@Example.com' }],
    ['email', { email: 'hal@example.com' }],
    ['upn', { upn: 'hal@example.com' }],
  ])('is not made of somebody suspended, gone or not linked, known by %s', async (_claim, claims) => {
    const { body } = await scim.create({ userName: 'hal@example.com', externalId: `hal ${_claim}` });
    const id = textOf(body, 'id');
    const before = await persons();
    const sub = `another subject ${_claim}`;
    expect(await enter(sub, claims)).toBe('known-otherwise');
    expect(await enter(`hal ${_claim}`)).toBe('known-otherwise');
    await scim.patch(id, { op: 'replace', value: { active: false } });
    expect(await enter(sub, claims)).toBe('known-otherwise');
    expect((await scim.call('DELETE', `Users/${id}`)).status).toBe(204);
    expect(await enter(sub, claims)).toBe('known-otherwise');
    expect(await enter(`hal ${_claim}`)).toBe('known-otherwise');
    expect(await persons()).toBe(before);
    // Nothing that was kept names anybody.
    const kept = JSON.stringify(await org.authority.database.client.departedName.findMany());
    expect(kept.toLowerCase()).not.toContain('hal');
    expect(await enter(`somebody else ${_claim}`, { email: 'hall@example.com' })).toMatch(/^per_/);
  });

  it('is made of nobody who came in by the provider before the directory named them: they are adopted', async () => {
    const ivy = await enter('ivy');
    expect(ivy).toMatch(/^per_/);
    expect(await linking.create({ userName: 'ivy', externalId: 'ivy' })).toMatchObject({
      status: 201,
      body: { id: ivy, active: true },
    });
    await linking.patch(ivy, { op: 'replace', value: { active: false } });
    expect(await enter('ivy')).toBe('not-active');
    // A client that does not speak of subjects takes nobody over by what it calls an external id.
    const jo = await enter('jo');
    expect(textOf((await scim.create({ userName: 'jo', externalId: 'jo' })).body, 'id')).not.toBe(jo);
  });

  it('adopts no admin by their subject, nor somebody suspended', async () => {
    const { client } = org.authority.database;
    const identity = { issuer: provider.issuer, origin: 'link', createdAt: new Date() };
    await client.externalIdentity.create({ data: { ...identity, subject: 'boss', personId: org.adminC.id } });
    await client.externalIdentity.create({
      data: { ...identity, subject: 'away', personId: org.executive.id },
    });
    await client.person.update({ where: { id: org.executive.id }, data: { state: 'suspended' } });
    const before = await persons();
    for (const subject of ['boss', 'away']) {
      const answer = await linking.create({ userName: subject, externalId: subject, active: true });
      expect(answer.status).toBe(409);
    }
    expect(await persons()).toBe(before);
    expect(await client.person.findUnique({ where: { id: org.executive.id } })).toMatchObject({
      state: 'suspended',
    });
  });

  it('is not needed by who never came in: an admin invites them', async () => {
    const id = textOf((await scim.create({ userName: 'kim' })).body, 'id');
    const url = `/v1/persons/${id}/invitation`;
    const invited = await org.authority.api.post(url, {}, { token: org.adminA.token });
    expect(invited).toMatchObject({ status: 201, body: { personId: id } });
    const again = await org.authority.api.post(url, {}, { token: org.adminA.token });
    // The first one ended with the second.
    await expect(
      registerPasskey(org.authority, textOf(invited.body, 'token'), 'kim early'),
    ).rejects.toThrow();
    const kim = await registerPasskey(org.authority, textOf(again.body, 'token'), 'kim');
    expect(kim.id).toBe(id);
    expect((await org.authority.api.post(url, {}, { token: org.adminA.token })).status).toBe(409);
  });
});
