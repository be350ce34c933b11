import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '@guise/consent';
import { personResponse, type PolicyDocument } from '@guise/protocol';
import {
  activeExecutiveAvatar,
  openServedWearing,
  openTestSession,
  pairDevice,
  proofFor,
  testDatabases,
  textOf,
  type ServedWearing,
  type TestDevice,
} from '../testing/index.js';
import { ChangeFeed } from '../revocations/change-feed.js';

describe.each(await testDatabases())('events of a session on %s', (kind) => {
  let wearing: ServedWearing;
  beforeAll(async () => {
    wearing = await openServedWearing(kind);
  });
  afterAll(() => wearing.organisation.authority.close());

  const open = (seed: string) =>
    openTestSession(wearing.organisation.authority, wearing.device, wearing.avatar, { seed });

  async function listen(session: string, device: TestDevice = wearing.device, heard?: string) {
    const { authority } = wearing.organisation;
    const path = `/v1/sessions/${session}/events`;
    const { accessToken, signer } = device;
    const proof = await proofFor(authority, signer, 'GET', path, { accessToken });
    const headers = { authorization: `DPoP ${accessToken}`, dpop: proof };
    return fetch(`${wearing.url}${path}`, {
      headers: heard === undefined ? headers : { ...headers, 'last-event-id': heard },
    });
  }
  const close = (session: string) =>
    wearing.device.call('POST', `/v1/sessions/${session}/close`, { reason: 'finished' });

  it('tell its end and end themselves; who comes later is told at once, and once', async () => {
    const { id } = await open('closed');
    const stream = await listen(id);
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    expect(stream.headers.get('cache-control')).toBe('no-store');
    await close(id);
    const told = 'id: end\nevent: closed\ndata: {"end":"closed","reason":"finished"}\n\n';
    expect(await stream.text()).toBe(`retry: 1000\n\n${told}`);
    expect(await (await listen(id)).text()).toContain(told);
    expect((await listen(id, wearing.device, 'end')).status).toBe(204);
  });

  it('are the device’s own', async () => {
    const { id } = await open('own');
    const { authority, employee } = wearing.organisation;
    const other = await pairDevice(authority, employee, 'another device');
    expect((await listen(id, other)).status).toBe(404);
    expect((await listen(`ses_${'a'.repeat(26)}`)).status).toBe(404);
    await close(id);
  });

  it('are heard by four at a time, and by others when one goes', async () => {
    const { id } = await open('many');
    const streams = [];
    for (let i = 0; i < 4; i += 1) streams.push(await listen(id));
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const fifth = await listen(id);
    expect(fifth.status).toBe(429);
    await fifth.body?.cancel();
    await streams[0]?.body?.cancel();
    await expect
      .poll(async () => {
        const next = await listen(id);
        if (next.status !== 200) await next.body?.cancel();
        return next.status;
      })
      .toBe(200);
    await close(id);
  });

  it('say what happened to what the session rests on', async () => {
    const { authority, adminB, employee, executive } = wearing.organisation;
    const admin = { token: adminB.token };
    const wearNew = async (seed: string, device = wearing.device) => {
      const id = await activeExecutiveAvatar(wearing.organisation, employee);
      const { body } = await authority.api.get(`/v1/avatars/${id}`, { token: employee.token });
      const avatar = { id, sha256: String(Reflect.get(Object(body), 'sha256')) };
      const consent = String(Reflect.get(Object(body), 'consent'));
      const session = await openTestSession(authority, device, avatar, { seed });
      return { avatar, consent, session, stream: await listen(session.id, device) };
    };
    const suspended = await wearNew('suspended');
    await authority.api.post(`/v1/avatars/${suspended.avatar.id}/suspend`, {}, admin);
    expect(await suspended.stream.text()).toContain('event: suspended\n');
    expect(await (await listen(suspended.session.id)).text()).toContain('event: suspended\n');

    const withdrawn = await wearNew('withdrawn');
    const url = `/v1/consents/${withdrawn.consent}/withdraw`;
    await authority.api.post(url, {}, { token: executive.token });
    expect(await withdrawn.stream.text()).toContain('event: revoked\n');

    const lost = await pairDevice(authority, employee, 'lost device');
    const revoked = await wearNew('revoked', lost);
    await authority.api.post(`/v1/devices/${lost.id}/revoke`, {}, { token: employee.token });
    expect(await revoked.stream.text()).toContain('"reason":"device-paired"');
  });

  it('end when changes may have been missed, so that whoever listens asks again', async () => {
    const { id } = await open('gap');
    const stream = await listen(id);
    const { database } = wearing.organisation.authority;
    if (kind === 'embedded') return;
    await database.client.$queryRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE 'LISTEN%'`;
    expect(await stream.text()).toBe('retry: 1000\n\n');
    const again = await listen(id);
    await close(id);
    expect(await again.text()).toContain('event: closed\n');
  });

  it('come on whatever replica the change was made', async () => {
    const { id } = await open('replica');
    const stream = await listen(id);
    const { database, app } = wearing.organisation.authority;
    const change = { type: 'session-end', session: id, end: 'revoked', reason: 'elsewhere' } as const;
    await database
      .transaction(async (tx) => {
        await app.get(ChangeFeed, { strict: false }).announce(tx, { ...change, reason: 'rolled back' });
        throw new Error('rolled back');
      })
      .catch(() => undefined);
    await database.transaction((tx) => app.get(ChangeFeed, { strict: false }).announce(tx, change));
    expect(await stream.text()).toBe(
      'retry: 1000\n\nid: end\nevent: revoked\ndata: {"end":"revoked","reason":"elsewhere"}\n\n',
    );
  });

  it('end by a policy that does not allow them any more, and by no other', async () => {
    const { authority, adminA, adminB } = wearing.organisation;
    const enact = async (changes: Partial<PolicyDocument>) => {
      const proposal = { ...DEFAULT_POLICY, ...changes };
      const { body } = await authority.api.post('/v1/policies', proposal, { token: adminA.token });
      const url = `/v1/policies/${textOf(body, 'id')}/approval`;
      const offer = await authority.api.post(`${url}-offer`, {}, { token: adminB.token });
      expect((await authority.api.post(url, adminB.sign(offer.body), { token: adminB.token })).status).toBe(
        200,
      );
    };
    const { client } = authority.database;
    const stays = await open('policy');
    const stream = await listen(stays.id);
    await enact({ label: { text: 'AI MODIFIED BY ACME', positions: ['top-left'] } });
    expect((await stays.lease()).body).toMatchObject({ state: 'live' });
    await enact({ purposes: ['training'] });
    expect(await stream.text()).toContain('data: {"end":"revoked","reason":"policy-allows-purposes"}\n\n');
    const ended = await client.wearSession.findUnique({ where: { id: stays.id } });
    expect(ended).toMatchObject({ state: 'revoked', reason: 'policy-allows-purposes' });
    const { statusIndex: index, statusListId: listId } = await client.permit.findFirstOrThrow({
      where: { sessionId: stays.id },
    });
    expect(await client.statusEntry.findFirst({ where: { listId, index } })).toMatchObject({
      status: 1,
    });
    await enact({});
    // What ended does not come back with the policy that ended it.
    expect((await stays.lease()).body).toMatchObject({ state: 'revoked' });
    const kind = await open('kind');
    const kindStream = await listen(kind.id);
    await enact({ kinds: ['own-face', 'stylised'] });
    expect(await kindStream.text()).toContain('"reason":"policy-allows-kind"');
    await enact({});
  });

  // The last one: nobody has a face after it.
  it('end with the wearer’s face, whatever avatar is worn', async () => {
    const { authority, employee } = wearing.organisation;
    const { id } = await open('erased');
    const stream = await listen(id);
    const me = personResponse.parse((await authority.api.get('/v1/me', { token: employee.token })).body);
    const url = `/v1/source-faces/${me.sourceFace?.id ?? ''}/erase`;
    expect((await authority.api.post(url, {}, { token: employee.token })).status).toBeLessThan(300);
    expect(await stream.text()).toContain('"reason":"wearer-has-source-face"');
  });
});
