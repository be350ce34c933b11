import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimIdempotencyKey, type Database } from '@guise/persistence';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DATABASE } from '../ports/tokens.js';
import { RetentionService } from '../retention/retention.service.js';
import {
  activeExecutiveAvatar,
  enrol,
  firstAdmin,
  makeBundle,
  multipart,
  openLasting,
  openTestOrganisation,
  pairDevice,
  askPermit,
  signIn,
  testDatabases,
  textOf,
  type TestOrganisation,
} from '../testing/index.js';
import { AnswerSeal } from './answer-seal.js';
import { underClaim } from './claimed-transactions.js';
import { IDEMPOTENT_ROUTES } from './idempotent-routes.js';
import { KEY_HOURS, LEASE_MS } from './idempotency.interceptor.js';

const URL = '/v1/invitations';
const BODY = { displayName: 'Twice', roles: ['employee'] };

describe.each(await testDatabases())('idempotency keys on %s', (kind) => {
  let org: TestOrganisation;
  let token: string;
  let key: string;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
  });
  beforeEach(async () => {
    key = randomUUID();
    token = textOf((await signIn(org.authority.api, org.adminA.authenticator)).body, 'token');
  });
  afterAll(() => org.authority.close());

  const invite = (json: unknown = BODY, idempotencyKey = `"${key}"`) =>
    org.authority.api.post(URL, json, { token, headers: { 'idempotency-key': idempotencyKey } });
  const persons = () => org.authority.database.client.person.count();
  const rows = () => org.authority.database.client.idempotencyKey.findMany();
  const seal = () => org.authority.app.get(AnswerSeal, { strict: false });
  const requestOf = () => ({ caller: `person ${org.adminA.id}`, key, method: 'POST', url: URL, body: BODY });

  it('give the first answer again, and do nothing twice', async () => {
    const before = await persons();
    const first = await invite();
    expect(first.status).toBe(201);
    const again = await invite();
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([
      undefined,
      'true',
    ]);
    expect(await persons()).toBe(before + 1);
  });

  it('are for one request: another body or another address is refused', async () => {
    await invite();
    const before = await persons();
    expect(await invite({ ...BODY, displayName: 'Other' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    const headers = { 'idempotency-key': key };
    const elsewhere = await org.authority.api.post('/v1/provisioning-clients', BODY, { token, headers });
    expect(elsewhere.status).toBe(422);
    expect(await persons()).toBe(before);
  });

  it('sent several times at once are carried out once', async () => {
    const before = await persons();
    const answers = await Promise.all(Array.from({ length: 6 }, () => invite()));
    expect(await persons()).toBe(before + 1);
    const done = answers.filter(({ status }) => status === 201);
    expect(done.length).toBeGreaterThan(0);
    expect(new Set(done.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expect(answer).toMatchObject({ status: 409, body: { code: 'idempotency-in-progress' } });
      expect(answer.headers['retry-after']).toBe('1');
    }
    expect((await invite()).body).toEqual(done[0]?.body);
  });

  it('stay free when the request is refused', async () => {
    expect((await invite({ ...BODY, roles: ['emperor'] })).status).toBe(400);
    expect((await invite()).status).toBe(201);
  });

  it.each(['""', 'a b', `"${'k'.repeat(65)}"`])('are refused when they are %j', async (header) => {
    const before = await persons();
    expect((await invite(BODY, header)).status).toBe(400);
    expect(await persons()).toBe(before);
  });

  it('leave nothing in the database that can be read', async () => {
    const { body } = await invite();
    const text = JSON.stringify(
      (await rows()).map((row) => [
        row.id,
        row.fingerprint,
        Buffer.from(row.answer ?? []).toString('latin1'),
        Buffer.from(row.answer ?? []).toString('base64url'),
      ]),
    );
    for (const secret of [textOf(body, 'token'), textOf(body, 'personId'), key, 'Twice'])
      expect(text).not.toContain(secret);
    const own = await seal().hashesOf(requestOf());
    const row = (await rows()).find(({ id }) => id === own.id);
    const opened = await seal().open(row?.answer ?? new Uint8Array(), own.id + own.fingerprint);
    expect(JSON.parse(opened)).toEqual({ upload: null, value: body });
    await expect(seal().open(row?.answer ?? new Uint8Array(), own.id)).rejects.toThrow();
  });

  it('say that the answer was lost when the authority stopped between the change and its answer', async () => {
    const before = await persons();
    const stopped = vi.spyOn(seal(), 'seal').mockRejectedValueOnce(new Error('stopped'));
    expect((await invite()).status).toBe(201);
    stopped.mockRestore();
    expect(await invite()).toMatchObject({ status: 409, body: { code: 'idempotency-in-progress' } });
    org.authority.clock.advanceSeconds(LEASE_MS / 1000);
    expect(await invite()).toMatchObject({ status: 409, body: { code: 'idempotency-answer-lost' } });
    expect(await persons()).toBe(before + 1);
  });

  it('may be used again when the authority stopped before it stored anything, and not before its lease ends', async () => {
    const { client } = org.authority.database;
    const nowMs = org.authority.clock.nowMs();
    const claim = { ...(await seal().hashesOf(requestOf())), attempt: 'stopped' };
    const times = {
      now: new Date(nowMs),
      leaseUntil: new Date(nowMs + LEASE_MS),
      expiresAt: new Date(nowMs + KEY_HOURS * 3_600_000),
    };
    expect(await claimIdempotencyKey(client, claim, times)).toBeNull();
    expect(await invite()).toMatchObject({ status: 409, body: { code: 'idempotency-in-progress' } });
    org.authority.clock.advanceSeconds(LEASE_MS / 1000);
    expect((await invite({ ...BODY, displayName: 'Other' })).status).toBe(422);
    expect((await invite()).status).toBe(201);

    // Whoever was taken over wakes up: what it was about to store is not stored.
    const before = await persons();
    const database = org.authority.app.get<Database>(DATABASE, { strict: false });
    const late = underClaim(claim, () =>
      database.transaction((tx) =>
        tx.person.create({
          data: { id: 'per_late', displayName: 'Late', roles: ['employee'], createdAt: new Date(nowMs) },
        }),
      ),
    );
    await expect(late).rejects.toMatchObject({ code: 'idempotency-in-progress' });
    const lateSql = underClaim(claim, () => database.statements.transaction(() => Promise.resolve(1)));
    await expect(lateSql).rejects.toMatchObject({ code: 'idempotency-in-progress' });
    expect(await persons()).toBe(before);
  });

  it('open one session for one opening, however often a device has to ask', async () => {
    const { authority, employee } = org;
    await enrol(org, employee, 'face:employee');
    const id = await activeExecutiveAvatar(org, employee);
    const shown = await authority.api.get(`/v1/avatars/${id}`, { token });
    const device = await pairDevice(authority, employee);
    const avatar = { id, sha256: textOf(shown.body, 'sha256') };
    const ask = (headers: Record<string, string>) => {
      const call: typeof device.call = (method, url, json) => device.call(method, url, json, { headers });
      return askPermit(authority, { ...device, call }, avatar, { seed: 'once' });
    };
    const first = (await ask({ 'idempotency-key': `"${key}"` })).answer;
    expect(first.status).toBe(201);
    const again = (await ask({ 'idempotency-key': `"${key}"` })).answer;
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect((await ask({})).answer).toMatchObject({ status: 403, body: { code: 'session-mismatch' } });
    expect(await authority.database.client.wearSession.count()).toBe(1);
    expect(await authority.database.client.permit.count()).toBe(1);
  });

  it('make one draft of one upload, and no other upload passes for it', async () => {
    const { authority, judge, executive } = org;
    const options = { kind: 'executive', likeness: 'artwork', face: null, name: 'Twice' } as const;
    const bundle = await makeBundle(judge, options);
    const meta = { name: 'Twice', kind: 'executive', likeness: 'artwork', subject: executive.id };
    const draft = (file: Buffer, name = 'Twice') => {
      const form = multipart({ meta: JSON.stringify({ ...meta, name }), bundle: file });
      const headers = { ...form.headers, 'idempotency-key': `"${key}"` };
      return authority.api.call('POST', '/v1/avatars', { token, ...form, headers });
    };
    const before = await authority.database.client.avatar.count();
    const first = await draft(bundle);
    expect(first.status).toBe(201);
    const again = await draft(bundle);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect((await draft(await makeBundle(judge, options))).status).toBe(422);
    expect((await draft(bundle, 'Other')).body).toMatchObject({ code: 'idempotency-key-reused' });
    expect(await authority.database.client.avatar.count()).toBe(before + 1);
    expect(await readdir(join(authority.config.dataDir, 'incoming'))).toEqual([]);
  });

  it('hold for a day, and are then forgotten', async () => {
    const first = await invite();
    org.authority.clock.advanceSeconds(KEY_HOURS * 3600 - 10);
    token = textOf((await signIn(org.authority.api, org.adminA.authenticator)).body, 'token');
    expect((await invite()).body).toEqual(first.body);
    org.authority.clock.advanceSeconds(10);
    expect((await invite()).body).not.toEqual(first.body);
    org.authority.clock.advanceSeconds(KEY_HOURS * 3600);
    await org.authority.app.get(RetentionService, { strict: false }).sweep();
    expect(await rows()).toEqual([]);
  });

  it('are documented where they count, for routes that there are', () => {
    const { routes, openApi } = org.authority;
    for (const route of IDEMPOTENT_ROUTES) {
      const [method, path = ''] = route.split(' ');
      const served = routes.find((each) => each.method === method && each.path === path);
      expect(served?.permission, route).not.toContain('public');
      const operation = openApi.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.post;
      expect(JSON.stringify(operation?.parameters), route).toContain('Idempotency-Key');
    }
    const withKey = Object.values(openApi.paths)
      .flatMap((item): unknown[] => [item.post, item.put, item.get, item.delete, item.patch])
      .filter((operation) => JSON.stringify(operation ?? null).includes('Idempotency-Key'));
    expect(withKey).toHaveLength(IDEMPOTENT_ROUTES.size);
  });
});

describe.runIf((await testDatabases()).includes('postgresql'))('idempotency keys on two replicas', () => {
  it('are the same at both, also at once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'guise-replicas-'));
    const lasting = await openLasting('postgresql', folder);
    const replicas = [await lasting.open(), await lasting.open()];
    try {
      const [here, there] = replicas;
      if (here === undefined || there === undefined) throw new Error('no replicas');
      const { token } = await firstAdmin(here);
      const headers = { 'idempotency-key': '"both"' };
      const ask = () => replicas.map(({ api }) => api.post(URL, BODY, { token, headers }));
      const answers = await Promise.all([...ask(), ...ask()]);
      const done = answers.filter(({ status }) => status === 201);
      expect(done.length).toBeGreaterThan(0);
      for (const again of await Promise.all(ask())) expect(again.body).toEqual(done[0]?.body);
      // The admin and the one who was invited.
      expect(await here.database.client.person.count()).toBe(2);
    } finally {
      await Promise.all(replicas.map((replica) => replica.close()));
      await lasting.drop();
    }
  });
});
