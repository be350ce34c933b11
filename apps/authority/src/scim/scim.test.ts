import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCIM_USER } from '../testing/scim-client.js';
import {
  firstAdmin,
  openTestAuthority,
  openTestOrganisation,
  openTestProvider,
  provisioningToken,
  ScimClient,
  signIn,
  testDatabases,
  TestPage,
  textOf,
  type ApiAnswer,
  type TestOrganisation,
  type TestProvider,
} from '../testing/index.js';

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const error = (status: number, scimType?: string) => ({
  status,
  body: { schemas: [ERROR], status: String(status), ...(scimType === undefined ? {} : { scimType }) },
});

describe.each(await testDatabases())('SCIM on %s', (kind) => {
  let provider: TestProvider;
  let org: TestOrganisation;
  let scim: ScimClient;
  beforeAll(async () => {
    const publicUrl = 'http://localhost:8080';
    provider = await openTestProvider(publicUrl);
    org = await openTestOrganisation(kind, { env: { ...provider.env, GUISE_PUBLIC_URL: publicUrl } });
    scim = new ScimClient(org.authority, await provisioningToken(org.authority, org.adminA));
  });
  afterAll(async () => {
    await org.authority.close();
    await provider.close();
  });

  const created = async (user: Readonly<Record<string, unknown>>): Promise<string> =>
    textOf((await scim.create(user)).body, 'id');
  const stateOf = async (id: string) =>
    (await org.authority.database.client.person.findUniqueOrThrow({ where: { id } })).state;
  const entriesOf = (topic: string) =>
    org.authority.database.client.ledgerEntry.count({ where: { topic, kind: 'status-change' } });
  const listed = async (query: string): Promise<ApiAnswer> => scim.call('GET', `Users?${query}`);

  it('says what it can', async () => {
    const config = await scim.call('GET', 'ServiceProviderConfig');
    expect(config).toMatchObject({
      status: 200,
      body: { patch: { supported: true }, bulk: { supported: false } },
    });
    expect(config.headers['content-type']).toBe('application/scim+json; charset=utf-8');
    expect((await scim.call('GET', 'ResourceTypes')).body).toMatchObject({ Resources: [{ id: 'User' }] });
    expect((await scim.call('GET', 'Schemas')).body).toMatchObject({ Resources: [{ id: SCIM_USER }] });
  });

  it('creates a person with what it keeps, and forgets the rest', async () => {
    const answer = await scim.create({
      userName: 'Ada@example.org',
      externalId: '00u-ada',
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      emails: [{ value: 'mail@ada.example', primary: true }],
      password: 'correct horse',
      active: true,
    });
    const id = textOf(answer.body, 'id');
    const location = `${org.authority.config.publicUrl}/scim/v2/Users/${id}`;
    expect(answer).toMatchObject({
      status: 201,
      headers: { location, etag: 'W/"1"', 'content-type': 'application/scim+json; charset=utf-8' },
      body: {
        schemas: [SCIM_USER],
        userName: 'Ada@example.org',
        externalId: '00u-ada',
        displayName: 'Ada Lovelace',
        active: true,
        roles: [{ value: 'employee' }],
        meta: { resourceType: 'User', location, version: 'W/"1"' },
      },
    });
    expect((await scim.call('GET', `Users/${id}`)).body).toEqual(answer.body);
    const { client } = org.authority.database;
    const kept = JSON.stringify([await client.person.findMany(), await client.provisionedUser.findMany()]);
    expect(kept).not.toMatch(/correct horse|mail@ada/);
    expect(await entriesOf(id)).toBe(1);
  });

  it('has a name once, in whatever case, and finds it', async () => {
    expect(await scim.create({ userName: 'ADA@EXAMPLE.ORG' })).toMatchObject(error(409, 'uniqueness'));
    for (const filter of ['userName eq "ada@example.org"', 'externalId eq "00u-ada"']) {
      expect((await listed(`filter=${encodeURIComponent(filter)}`)).body).toMatchObject({
        totalResults: 1,
        Resources: [{ userName: 'Ada@example.org' }],
      });
    }
    const none = await listed(`filter=${encodeURIComponent('userName eq "nobody"')}`);
    expect(none).toMatchObject({ status: 200, body: { totalResults: 0, itemsPerPage: 0, Resources: [] } });
    const refused = await listed(`filter=${encodeURIComponent('userName sw "a"')}`);
    expect(refused).toMatchObject(error(400, 'invalidFilter'));
  });

  it('shows whom it provisioned page by page, and nobody else', async () => {
    for (const name of ['p1', 'p2', 'p3']) await created({ userName: name });
    const all = await listed('count=200');
    expect(all.body).toMatchObject({ totalResults: 4, startIndex: 1, itemsPerPage: 4 });
    expect(JSON.stringify(all.body)).not.toContain(org.adminA.id);
    const ids = (body: unknown) =>
      (Reflect.get(Object(body), 'Resources') as { id: string }[]).map(({ id }) => id);
    const paged = [
      ...ids((await listed('startIndex=1&count=3')).body),
      ...ids((await listed('startIndex=4&count=3')).body),
    ];
    expect(paged).toEqual(ids(all.body));
    expect((await listed('count=0')).body).toMatchObject({ totalResults: 4, itemsPerPage: 0 });
    expect((await listed('startIndex=-5&count=1')).body).toMatchObject({ startIndex: 1, itemsPerPage: 1 });
    expect(await listed('count=many')).toMatchObject(error(400, 'invalidValue'));
    expect(await scim.call('GET', `Users/${org.employee.id}`)).toMatchObject(error(404));
    expect(await scim.call('GET', 'Users/nobody')).toMatchObject(error(404));
  });

  it('replaces and patches under its version, and clears what is not named', async () => {
    const id = await created({ userName: 'bea', externalId: 'x', displayName: 'Bea', roles: ['auditor'] });
    const replaced = await scim.call('PUT', `Users/${id}`, { schemas: [SCIM_USER], userName: 'bea2' });
    expect(replaced).toMatchObject({
      status: 200,
      headers: { etag: 'W/"2"' },
      body: { userName: 'bea2', displayName: 'bea2', active: true, roles: [{ value: 'auditor' }] },
    });
    expect(replaced.body).not.toHaveProperty('externalId');
    const body = { schemas: [SCIM_USER], userName: 'bea3' };
    expect(await scim.call('PUT', `Users/${id}`, body, { 'if-match': 'W/"1"' })).toMatchObject(error(412));
    expect((await scim.call('PUT', `Users/${id}`, body, { 'if-match': 'W/"2"' })).status).toBe(200);
    expect((await scim.patch(id, { op: 'replace', path: 'userName', value: 'bea3' })).headers.etag).toBe(
      'W/"3"',
    );
    expect(await scim.patch(id, { op: 'replace', path: 'userName', value: 'ada@example.org' })).toMatchObject(
      error(409, 'uniqueness'),
    );
    expect(await scim.patch(id, { op: 'replace', path: 'state', value: 'left' })).toMatchObject(
      error(400, 'invalidPath'),
    );
  });

  it('suspends with active=false and lets back in, each with its entry', async () => {
    const id = await created({ userName: 'cleo' });
    expect((await scim.patch(id, { op: 'Replace', path: 'active', value: 'False' })).body).toMatchObject({
      active: false,
    });
    expect(await stateOf(id)).toBe('suspended');
    expect(await scim.patch(id, { op: 'replace', path: 'roles', value: ['auditor'] })).toMatchObject(
      error(400, 'mutability'),
    );
    // Silence about it brings nobody back.
    await scim.call('PUT', `Users/${id}`, { schemas: [SCIM_USER], userName: 'cleo' });
    expect(await stateOf(id)).toBe('suspended');
    await scim.patch(id, { op: 'replace', value: { active: true } });
    expect(await stateOf(id)).toBe('active');
    expect(await entriesOf(id)).toBe(3);
  });

  it('lets somebody leave for good, whose name is free again', async () => {
    const id = await created({ userName: 'dora' });
    expect((await scim.call('DELETE', `Users/${id}`)).status).toBe(204);
    expect(await stateOf(id)).toBe('left');
    expect(await scim.call('GET', `Users/${id}`)).toMatchObject(error(404));
    expect(await scim.call('DELETE', `Users/${id}`)).toMatchObject(error(404));
    expect(await created({ userName: 'dora' })).not.toBe(id);
    const { client } = org.authority.database;
    await expect(client.person.update({ where: { id }, data: { state: 'active' } })).rejects.toThrow();
  });

  it('ends sign-ins, devices and passkeys of whom it deactivates', async () => {
    const { client } = org.authority.database;
    const { id } = org.executive;
    await client.provisionedUser.create({
      data: { personId: id, userName: 'exec', userKey: 'exec', createdAt: new Date(), changedAt: new Date() },
    });
    const token = textOf((await signIn(org.authority.api, org.executive.authenticator)).body, 'token');
    expect((await org.authority.api.get('/v1/me', { token })).status).toBe(200);
    await scim.patch(id, { op: 'replace', value: { active: false } });
    expect((await org.authority.api.get('/v1/me', { token })).status).toBe(401);
    expect((await signIn(org.authority.api, org.executive.authenticator)).status).toBe(403);
    await scim.patch(id, { op: 'replace', value: { active: true } });
    expect((await org.authority.api.get('/v1/me', { token })).status).toBe(401);
    expect((await signIn(org.authority.api, org.executive.authenticator)).status).toBe(200);
  });

  it('takes no last admin away', async () => {
    const { client } = org.authority.database;
    for (const { id } of [org.adminA, org.adminB, org.adminC]) {
      await client.provisionedUser.create({
        data: { personId: id, userName: id, userKey: id, createdAt: new Date(), changedAt: new Date() },
      });
    }
    for (const { id } of [org.adminB, org.adminC]) {
      expect((await scim.patch(id, { op: 'replace', path: 'active', value: false })).status).toBe(200);
    }
    expect(await scim.patch(org.adminA.id, { op: 'replace', path: 'active', value: false })).toMatchObject(
      error(409),
    );
    expect(await scim.call('DELETE', `Users/${org.adminA.id}`)).toMatchObject(error(409));
    expect(await stateOf(org.adminA.id)).toBe('active');
    for (const { id } of [org.adminB, org.adminC])
      await scim.patch(id, { op: 'replace', value: { active: true } });
  });

  it('takes the last two admins not at once either', async () => {
    const own = await openTestOrganisation(kind);
    try {
      const client = new ScimClient(own.authority, await provisioningToken(own.authority, own.adminA));
      const suspend = (id: string) => client.patch(id, { op: 'replace', path: 'active', value: false });
      for (const { id } of [own.adminA, own.adminB, own.adminC]) {
        const data = {
          personId: id,
          userName: id,
          userKey: id,
          createdAt: new Date(),
          changedAt: new Date(),
        };
        await own.authority.database.client.provisionedUser.create({ data });
      }
      expect((await suspend(own.adminC.id)).status).toBe(200);
      const both = await Promise.all([suspend(own.adminA.id), suspend(own.adminB.id)]);
      expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    } finally {
      await own.authority.close();
    }
  });

  it('lets whom a subject-naming client provisions sign in at the provider, once and as nobody else', async () => {
    const linking = new ScimClient(org.authority, await provisioningToken(org.authority, org.adminA, true));
    provider.accounts.set('eve', { sub: 'eve', name: 'Eve', groups: ['staff'] });
    provider.user = 'eve';
    const first = textOf((await linking.create({ userName: 'eve', externalId: 'eve' })).body, 'id');
    const enter = async () => {
      const page = new TestPage(org.authority);
      const url = textOf((await page.call('POST', '/v1/oidc/sign-in', {})).body, 'url');
      const answer = await page.returnTo(await provider.visit(url));
      return answer.status === 303
        ? textOf((await page.call('GET', '/v1/me')).body, 'personId')
        : answer.status;
    };
    expect(await enter()).toBe(first);
    expect(await linking.create({ userName: 'eve2', externalId: 'eve' })).toMatchObject(
      error(409, 'uniqueness'),
    );
    expect(await linking.patch(first, { op: 'replace', path: 'externalId', value: 'boss' })).toMatchObject(
      error(400, 'mutability'),
    );
    await linking.patch(first, { op: 'replace', value: { active: false } });
    expect(await enter()).toBe(403);
    await linking.call('DELETE', `Users/${first}`);
    expect(await enter()).toBe(403);
    const again = textOf((await linking.create({ userName: 'eve', externalId: 'eve' })).body, 'id');
    expect(again).not.toBe(first);
    expect(await enter()).toBe(again);
  });

  it('answers every refusal in its own shape, also what never reached it', async () => {
    const { api } = org.authority;
    const token = await provisioningToken(org.authority, org.adminA);
    const headers = { 'content-type': 'application/scim+json' };
    const post = (payload: string, with_: Readonly<Record<string, string>> = headers) =>
      api.call('POST', '/scim/v2/Users', { token, headers: with_, payload });
    expect(await api.get('/scim/v2/Users')).toMatchObject(error(401));
    expect(await api.get('/scim/v2/Groups', { token })).toMatchObject(error(404));
    expect(await post('{"schemas":')).toMatchObject(error(400));
    expect(await post('{"__proto__":{"active":false}}')).toMatchObject(error(400));
    expect(await post('<user/>', { 'content-type': 'application/xml' })).toMatchObject(error(415));
    expect(await post(JSON.stringify({ userName: 'x'.repeat(65_536) }))).toMatchObject(error(413));
    expect(await post('{"a":'.repeat(2000) + '1' + '}'.repeat(2000))).toMatchObject(
      error(400, 'invalidValue'),
    );
    expect(await post(JSON.stringify({ schemas: [], userName: 'x' }))).toMatchObject(
      error(400, 'invalidValue'),
    );
    expect(await post(JSON.stringify({ schemas: [SCIM_USER], userName: ' ' }))).toMatchObject(
      error(400, 'invalidValue'),
    );
    const many = Array.from({ length: 51 }, () => ({ op: 'replace', value: { active: true } }));
    expect(await scim.patch(org.executive.id, ...many)).toMatchObject(error(400, 'invalidValue'));
  });
});

describe('SCIM at its own rate', () => {
  it('is counted apart from people, and more', async () => {
    const authority = await openTestAuthority('embedded', { env: { GUISE_RATE_LIMIT: '20' } });
    try {
      const admin = await firstAdmin(authority);
      const scim = new ScimClient(authority, await provisioningToken(authority, admin));
      const answers: ApiAnswer[] = [];
      for (let i = 0; i < 51; i += 1) answers.push(await scim.call('GET', 'Schemas'));
      expect(answers.slice(0, 50).every(({ status }) => status === 200)).toBe(true);
      expect(answers[50]).toMatchObject({ status: 429, body: { schemas: [ERROR], status: '429' } });
      expect(Number(answers[50]?.headers['retry-after'])).toBeGreaterThan(0);
      expect((await authority.api.get('/v1/me', { token: admin.token })).status).toBe(200);
    } finally {
      await authority.close();
    }
  });
});
