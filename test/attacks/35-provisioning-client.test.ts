/**
 * THREATS 35 (provisioning): whoever holds or guesses the token of a provisioning client, and whom it deprovisions but who
 * stays on. Defence: a token of its own kind, stored hashed, ended at once; no role beyond employee and auditor; a person
 * who is deprovisioned loses sign-ins, devices and running sessions with the same transaction.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  invitePerson,
  openServedWearing,
  openTestOrganisation,
  openTestSession,
  provisioningToken,
  ScimClient,
  testDatabases,
  textOf,
  type ServedWearing,
  type TestOrganisation,
  type TestPerson,
} from '@guise/authority/testing';
import { createFakeClock } from '@guise/testing';
import { createWire, openLiveRuntime, type Wire } from '../bench/src/authority/live-runtime.js';

describe.each(await testDatabases())('a provisioning client on %s', (kind) => {
  let org: TestOrganisation;
  let token: string;
  let scim: ScimClient;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    token = await provisioningToken(org.authority, org.adminA);
    scim = new ScimClient(org.authority, token);
  });
  afterAll(() => org.authority.close());

  const admins = () => org.authority.database.client.person.count({ where: { roles: { has: 'admin' } } });

  it('makes no admin, by any attribute and in any way', async () => {
    const user = { userName: 'eve' };
    for (const roles of [['admin'], ['Admin'], [{ value: 'ADMIN' }], ['employee', { value: 'admin' }]]) {
      expect((await scim.create({ ...user, roles })).status).toBe(400);
    }
    const id = textOf((await scim.create(user)).body, 'id');
    for (const operation of [
      { op: 'add', path: 'roles', value: ['admin'] },
      { op: 'replace', path: 'roles[primary eq "True"].value', value: 'admin' },
      { op: 'replace', value: { roles: [{ value: 'admin' }] } },
    ]) {
      expect((await scim.patch(id, operation)).status).toBe(400);
    }
    expect(await admins()).toBe(3);
  });

  it('sets nothing that is not its own (mass assignment)', async () => {
    const extras = {
      id: org.adminA.id,
      personId: org.adminA.id,
      state: 'active',
      isAdmin: true,
      createdAt: 0,
      passkeys: { create: [{}] },
      meta: { version: 'W/"99"', created: '2000-01-01T00:00:00Z' },
      groups: [{ value: 'admins' }],
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { manager: { value: org.adminA.id } },
    };
    const answer = await scim.create({ userName: 'mallory', ...extras });
    expect(answer).toMatchObject({
      status: 201,
      body: { roles: [{ value: 'employee' }], meta: { version: 'W/"1"' } },
    });
    const id = textOf(answer.body, 'id');
    expect(id).not.toBe(org.adminA.id);
    const { client } = org.authority.database;
    const row = await client.person.findUniqueOrThrow({ where: { id }, include: { passkeys: true } });
    expect(row).toMatchObject({ displayName: 'mallory', roles: ['employee'], state: 'active', passkeys: [] });
    expect(row.createdAt.getTime()).toBeGreaterThan(1_600_000_000_000);
    for (const name of ['id', 'meta', 'groups', 'schemas']) {
      expect((await scim.patch(id, { op: 'replace', path: name, value: 'x' })).body).toMatchObject({
        scimType: 'mutability',
      });
    }
    for (const name of ['state', 'personId', 'userKey', 'version', '__proto__', 'constructor.prototype']) {
      expect((await scim.patch(id, { op: 'replace', path: name, value: 'x' })).body).toMatchObject({
        scimType: 'invalidPath',
      });
    }
  });

  it('touches nobody it did not provision, and cannot tell whether they exist', async () => {
    const seen = await Promise.all(
      [org.adminB.id, org.employee.id, `per_${'a'.repeat(26)}`].map(async (id) => [
        (await scim.call('GET', `Users/${id}`)).body,
        (await scim.patch(id, { op: 'replace', value: { active: false } })).body,
        (await scim.call('DELETE', `Users/${id}`)).body,
        (await scim.call('GET', `Users?filter=${encodeURIComponent(`id eq "${id}"`)}`)).body,
      ]),
    );
    expect(seen[0]).toEqual(seen[2]);
    expect(seen[1]).toEqual(seen[2]);
    expect(seen[2]?.[0]).toMatchObject({ status: '404' });
    const { client } = org.authority.database;
    expect(await client.person.count({ where: { state: { not: 'active' } } })).toBe(0);
  });

  it('takes over whom an admin named for it, and nobody by a name alone', async () => {
    const { authority, adminA } = org;
    const post = (url: string, json: object) => authority.api.post(url, json, { token: adminA.token });
    const grace = await invitePerson(authority, adminA, 'grace@example.com', ['employee', 'auditor']);
    // The same name is another person.
    const other = textOf((await scim.create({ userName: 'grace@example.com' })).body, 'id');
    expect(other).not.toBe(grace.id);
    await scim.call('DELETE', `Users/${other}`);
    expect((await post(`/v1/persons/${grace.id}/adoption`, { userName: 'Grace@example.com' })).status).toBe(
      204,
    );
    const adopted = await scim.create({ userName: 'grace@example.com', displayName: 'Grace H.' });
    expect(adopted).toMatchObject({
      status: 201,
      body: {
        id: grace.id,
        displayName: 'Grace H.',
        active: true,
        roles: [{ value: 'employee' }, { value: 'auditor' }],
      },
    });
    expect((await authority.api.get('/v1/me', { token: grace.token })).status).toBe(200);
    // Used up: another user of the name is refused, and who is provisioned is not handed over again.
    expect((await scim.create({ userName: 'grace@example.com' })).status).toBe(409);
    expect((await post(`/v1/persons/${grace.id}/adoption`, { userName: 'grace2' })).status).toBe(409);
    await scim.patch(grace.id, { op: 'replace', value: { active: false } });
    expect((await authority.api.get('/v1/me', { token: grace.token })).status).toBe(401);
    // Invited, expected by the directory, provisioned, suspended.
    const told = { where: { topic: grace.id, kind: 'status-change' } };
    expect(await authority.database.client.ledgerEntry.count(told)).toBe(4);
  });

  it('takes over no admin, whoever says so, and nobody who became one meanwhile', async () => {
    const { authority, adminA, adminB, adminC } = org;
    const expectBy = (by: TestPerson, id: string, userName: string) =>
      authority.api.post(`/v1/persons/${id}/adoption`, { userName }, { token: by.token });
    expect((await expectBy(adminA, adminB.id, 'b')).status).toBe(409);
    expect((await expectBy(adminA, adminA.id, 'a')).status).toBe(403);
    expect((await expectBy(org.employee, org.executive.id, 'x')).status).toBe(403);
    const { client } = authority.database;
    await expect(
      client.expectedUser.create({
        data: {
          ...{ personId: adminB.id, userKey: 'b', requestedById: adminA.id },
          ...{ requestedAt: new Date(), expiresAt: new Date(Date.now() + 60_000) },
        },
      }),
    ).rejects.toThrow('not adopted');
    const rising = await invitePerson(authority, adminA, 'Rising', ['employee']);
    expect((await expectBy(adminA, rising.id, 'rising')).status).toBe(204);
    const asked = await authority.api.post(
      `/v1/persons/${rising.id}/roles`,
      { roles: ['admin'] },
      { token: adminA.token },
    );
    const approval = `/v1/admin-grants/${textOf(asked.body, 'adminGrant')}/approval`;
    expect((await authority.api.post(approval, {}, { token: adminC.token })).status).toBe(200);
    const persons = await client.person.count();
    expect((await scim.create({ userName: 'rising' })).status).toBe(409);
    expect(await client.person.count()).toBe(persons);
    expect(await client.provisionedUser.count({ where: { personId: rising.id } })).toBe(0);
    await authority.api.post(
      `/v1/persons/${rising.id}/roles`,
      { roles: ['employee'] },
      { token: adminC.token },
    );
  });

  it('is a client only with its own kind of token, and that token is worth nothing elsewhere', async () => {
    const { api } = org.authority;
    for (const wrong of [
      org.adminA.token,
      `scim_${'A'.repeat(43)}`,
      'scim_',
      `${token}A`,
      token.toUpperCase(),
    ]) {
      expect((await api.get('/scim/v2/Users', { token: wrong })).status).toBe(401);
    }
    for (const url of ['/v1/me', '/v1/persons', '/v1/provisioning-clients', '/v1/avatars']) {
      expect([url, (await api.get(url, { token })).status]).toEqual([url, 401]);
    }
    const stored = JSON.stringify(await org.authority.database.client.provisioningClient.findMany());
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(token.slice('scim_'.length));
  });

  it('that is rotated or revoked ends at once, for good, and nobody but an admin verified just now makes one', async () => {
    const { api, clock } = org.authority;
    const admin = { token: org.adminA.token };
    const made = await api.post('/v1/provisioning-clients', { name: 'Second' }, admin);
    const [id, first] = [textOf(made.body, 'id'), textOf(made.body, 'token')];
    const works = async (each: string) => (await api.get('/scim/v2/Users', { token: each })).status;
    expect(await works(first)).toBe(200);
    const second = textOf((await api.post(`/v1/provisioning-clients/${id}/rotate`, {}, admin)).body, 'token');
    expect([await works(first), await works(second)]).toEqual([401, 200]);
    expect((await api.post(`/v1/provisioning-clients/${id}/revoke`, {}, admin)).status).toBe(204);
    expect(await works(second)).toBe(401);
    expect((await api.post(`/v1/provisioning-clients/${id}/rotate`, {}, admin)).status).toBe(404);
    const { client } = org.authority.database;
    await expect(
      client.provisioningClient.update({
        where: { id },
        data: { state: 'active', tokenHash: 'x', revokedAt: null },
      }),
    ).rejects.toThrow();
    for (const person of [org.employee, org.auditor]) {
      expect(
        (await api.post('/v1/provisioning-clients', { name: 'x' }, { token: person.token })).status,
      ).toBe(403);
    }
    expect(await client.ledgerEntry.count({ where: { topic: id } })).toBe(3);
    clock.advanceSeconds(301);
    expect((await api.post('/v1/provisioning-clients', { name: 'x' }, admin)).body).toMatchObject({
      code: 'step-up-required',
    });
  });
});

describe.each(await testDatabases())('whoever is deprovisioned on %s', (kind) => {
  let wearing: ServedWearing;
  let scim: ScimClient;
  beforeAll(async () => {
    wearing = await openServedWearing(kind);
    const { authority, adminA } = wearing.organisation;
    scim = new ScimClient(authority, await provisioningToken(authority, adminA));
  });
  afterAll(() => wearing.organisation.authority.close());

  const provisioned = async (personId: string): Promise<void> => {
    const at = new Date();
    await wearing.organisation.authority.database.client.provisionedUser.create({
      data: { personId, userName: personId, userKey: personId, createdAt: at, changedAt: at },
    });
  };
  const run = async (seed: string) => {
    const { authority } = wearing.organisation;
    const session = await openTestSession(authority, wearing.device, wearing.avatar, { seed });
    const fake = createFakeClock();
    const clock = { wallMs: fake.nowMs, monotonicMs: fake.monotonicMs };
    const nowSeconds = () => authority.clock.nowSeconds();
    const { wire, listening } = wireThatTells();
    const live = await openLiveRuntime(wearing, session, { clock, wire, nowSeconds });
    expect(await live.reason()).toBe('no-face');
    // Who listens is told; another test is about who does not yet.
    await listening;
    return { session, ...live };
  };

  it('shows the slate by the push alone, loses permit, lease and device, and comes back only by being let in', async () => {
    const { employee, authority } = wearing.organisation;
    await provisioned(employee.id);
    const { session, keeper, reason } = await run('wearer');
    await scim.patch(employee.id, { op: 'replace', value: { active: false } });
    // The runtime's own clock stands still: no lease and no expiry can be the reason.
    await expect.poll(reason, { timeout: 20_000 }).toBe('permit-revoked');
    keeper.stop();
    const { client } = authority.database;
    const row = await client.wearSession.findUniqueOrThrow({
      where: { id: session.id },
      include: { permits: true },
    });
    expect(row.state).toBe('revoked');
    const [permit] = row.permits;
    const status = await client.statusEntry.findUniqueOrThrow({
      where: { listId_index: { listId: permit?.statusListId ?? '', index: permit?.statusIndex ?? -1 } },
    });
    expect(status.status).toBe(1);
    expect((await session.lease()).status).toBeGreaterThanOrEqual(400);
    await expect(
      openTestSession(authority, wearing.device, wearing.avatar, { seed: 'again' }),
    ).rejects.toThrow();
    await scim.patch(employee.id, { op: 'replace', value: { active: true } });
    const back = await openTestSession(authority, wearing.device, wearing.avatar, { seed: 'let in' });
    expect((await back.lease()).body).toMatchObject({ state: 'live' });
  });

  it('shows the slate without lease or expiry, too, when the stream opens only after the suspension', async () => {
    const { employee, authority } = wearing.organisation;
    const { wire, open } = wireHeldBack();
    const session = await openTestSession(authority, wearing.device, wearing.avatar, { seed: 'late' });
    const fake = createFakeClock();
    const clock = { wallMs: fake.nowMs, monotonicMs: fake.monotonicMs };
    const nowSeconds = () => authority.clock.nowSeconds();
    const { keeper, reason } = await openLiveRuntime(wearing, session, { clock, wire, nowSeconds });
    await scim.patch(employee.id, { op: 'replace', value: { active: false } });
    expect(await reason()).toBe('no-face');
    open();
    await expect.poll(reason, { timeout: 20_000 }).toBe('permit-revoked');
    keeper.stop();
    await scim.patch(employee.id, { op: 'replace', value: { active: true } });
  });

  it('is worn by nobody any more, because they could not withdraw; what they signed stays', async () => {
    const { executive, authority, adminA } = wearing.organisation;
    await provisioned(executive.id);
    const { keeper, reason } = await run('worn');
    expect((await scim.call('DELETE', `Users/${executive.id}`)).status).toBe(204);
    await expect.poll(reason, { timeout: 20_000 }).toBe('permit-revoked');
    keeper.stop();
    const url = `/v1/avatars/${wearing.avatar.id}`;
    expect((await authority.api.get(url, { token: adminA.token })).body).toMatchObject({
      state: 'withdrawn',
    });
    const { client } = authority.database;
    const consents = await client.consent.findMany({ where: { subjectId: executive.id } });
    expect(consents).toMatchObject([{ state: 'withdrawn', inForceFor: null }]);
    expect(consents[0]?.statement).toContain('guise.consent');
  });
});

/** A network that tells when the stream of the session's events is open. */
function wireThatTells(): { readonly wire: Wire; readonly listening: Promise<void> } {
  const wire = createWire();
  let tell: () => void = () => undefined;
  const listening = new Promise<void>((resolve) => (tell = resolve));
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const answer = await wire.fetch(input, init);
    if (answer.headers.get('content-type')?.startsWith('text/event-stream') === true) tell();
    return answer;
  };
  return { wire: { ...wire, fetch }, listening };
}

/** A network that lets no stream of events through before it is opened. */
function wireHeldBack(): { readonly wire: Wire; readonly open: () => void } {
  const wire = createWire();
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url.endsWith('/events')) await opened;
    return wire.fetch(input, init);
  };
  return {
    wire: { ...wire, fetch },
    open: () => {
      open();
    },
  };
}
