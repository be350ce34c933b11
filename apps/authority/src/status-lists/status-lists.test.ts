import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseP256Jwk, verifyStatusList, STATUS_LIST_SIZE, type PermitStatus } from '@guise/permit';
import { permitClaims, trustRoot } from '@guise/protocol';
import { openTestSession, openWearing, testDatabases, type Wearing } from '../testing/index.js';
import { StatusLists } from './status-lists.service.js';

const DAY_SECONDS = 24 * 3600;

describe.each(await testDatabases())('status lists on %s', (kind) => {
  let wearing: Wearing;
  beforeAll(async () => {
    wearing = await openWearing(kind);
  });
  afterAll(() => wearing.organisation.authority.close());

  const open = (seed: string) =>
    openTestSession(wearing.organisation.authority, wearing.device, wearing.avatar, { seed });
  const placeOf = (permit: string) =>
    permitClaims.parse(JSON.parse(Buffer.from(permit.split('.')[1] ?? '', 'base64url').toString())).status
      .status_list;
  const fetchList = (uri: string, headers: Record<string, string> = {}) =>
    wearing.organisation.authority.api.get(new URL(uri).pathname, { headers });

  async function readList(uri: string) {
    const { api, clock } = wearing.organisation.authority;
    const root = trustRoot.parse((await api.get('/.well-known/guise-trust.json')).body);
    const keys = root.permitKeys.map((key) => ({ kid: String(key.kid), jwk: parseP256Jwk(key) }));
    return verifyStatusList(String((await fetchList(uri)).body), { keys, uri, now: clock.nowSeconds() });
  }
  async function statusOf(permit: string): Promise<PermitStatus> {
    const { uri, idx } = placeOf(permit);
    return (await readList(uri)).statusAt(idx);
  }

  it('say that a running session’s permits are valid, and that they are not any more once it ended', async () => {
    const { authority } = wearing.organisation;
    const { device, avatar } = wearing;
    const [session, other] = [await open('ends'), await open('goes on')];
    const wish = { avatar: avatar.id, purpose: 'meeting', audience: 'internal', session: session.id };
    const renewed = await device.call('POST', '/v1/permits', wish);
    const second = String(Reflect.get(Object(renewed.body), 'permit'));
    expect(await Promise.all([session.permit, second].map(statusOf))).toEqual(['valid', 'valid']);
    await device.call('POST', `/v1/sessions/${session.id}/close`, { reason: 'finished' });
    authority.clock.advanceSeconds(2);
    expect(await Promise.all([session.permit, second, other.permit].map(statusOf))).toEqual([
      'invalid',
      'invalid',
      'valid',
    ]);
  });

  it('are served as the draft says, and kept by caches for as long as they say themselves', async () => {
    const { uri } = placeOf((await open('served')).permit);
    const answer = await fetchList(uri);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/statuslist+jwt',
      'cache-control': 'public, max-age=30',
    });
    const etag = String(answer.headers.etag);
    const again = await fetchList(uri, { 'if-none-match': etag });
    expect(again).toMatchObject({ status: 304, body: '' });
    expect((await fetchList(uri, { 'if-none-match': '"other"' })).status).toBe(200);
    for (const id of ['a'.repeat(22), '1']) {
      expect((await fetchList(uri.replace(/[^/]+$/, id))).status).toBeGreaterThanOrEqual(400);
    }
  });

  it('change their token with their content, and when it grows old', async () => {
    const { clock } = wearing.organisation.authority;
    const session = await open('token');
    const { uri } = placeOf(session.permit);
    const token = async () => (await fetchList(uri)).body;
    const first = await token();
    clock.advanceSeconds(5);
    expect(await token()).toBe(first);
    await wearing.device.call('POST', `/v1/sessions/${session.id}/close`, { reason: 'finished' });
    clock.advanceSeconds(1);
    const second = await token();
    expect(second).not.toBe(first);
    clock.advanceSeconds(30);
    expect(await token()).not.toBe(second);
  });

  it('give indexes that neither count nor follow each other, among decoys', async () => {
    const places = [];
    for (let i = 0; i < 6; i += 1) places.push(placeOf((await open(`place ${String(i)}`)).permit));
    const indexes = places.map(({ idx }) => idx);
    expect(new Set(indexes).size).toBe(6);
    // Six in a row, or all in one hundredth of the list, is a counter and not chance.
    expect(Math.max(...indexes) - Math.min(...indexes)).toBeGreaterThan(STATUS_LIST_SIZE / 100);
    const { statusAt } = await readList(places[0]?.uri ?? '');
    const ended = Array.from({ length: STATUS_LIST_SIZE }, (_, index) => statusAt(index));
    expect(ended.filter((status) => status === 'invalid').length).toBeGreaterThan(256);
    expect(ended.filter((status) => status === 'suspended').length).toBeGreaterThan(64);
  });

  it('take no permits when they are full, are served on, and go when nobody needs them', async () => {
    const { authority } = wearing.organisation;
    const lists = authority.app.get(StatusLists, { strict: false });
    const before = await open('before it is full');
    const { uri } = placeOf(before.permit);
    const id = uri.slice(uri.lastIndexOf('/') + 1);
    await lists.sweep();
    expect(placeOf((await open('not full')).permit).uri).toBe(uri);
    const inUse = await authority.database.client.statusEntry.count({ where: { listId: id } });
    await lists.sweep(inUse);
    const after = await open('after it is full');
    expect(placeOf(after.permit).uri).not.toBe(uri);
    expect(await statusOf(before.permit)).toBe('valid');
    authority.clock.advanceSeconds(29 * DAY_SECONDS);
    await lists.sweep();
    expect((await fetchList(uri)).status).toBe(200);
    authority.clock.advanceSeconds(2 * DAY_SECONDS);
    await lists.sweep();
    authority.clock.advanceSeconds(2);
    expect((await fetchList(uri)).status).toBe(404);
    // The next one was open for a month: it takes no more permits either.
    expect(await lists.current()).not.toBe(placeOf(after.permit).uri.replace(/.*\//, ''));
    expect((await fetchList(placeOf(after.permit).uri)).status).toBe(200);
  });

  it('never make an ended entry valid again, whoever writes', async () => {
    const { client } = wearing.organisation.authority.database;
    const entry = await client.statusEntry.findFirstOrThrow({ where: { status: 1 } });
    const where = { listId_index: { listId: entry.listId, index: entry.index } };
    for (const status of [0, 2]) {
      await expect(client.statusEntry.update({ where, data: { status } })).rejects.toThrow();
    }
  });
});
