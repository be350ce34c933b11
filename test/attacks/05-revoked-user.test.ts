/** THREATS 5: a revoked user. With the withdrawal everything ends: the gate, the lease, the renewals, and the past as well. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  openServedWearing,
  openTestSession,
  testDatabases,
  testEpoch,
  type ServedWearing,
  type TestSession,
} from '@guise/authority/testing';
import { createFakeClock } from '@guise/testing';
import { createWire, openLiveRuntime, type LiveRuntime } from '../bench/src/authority/live-runtime.js';

const WITHDRAWN_AFTER_SECONDS = 20;
/** More than end in one transaction. */
const OTHERS = 55;

describe.each(await testDatabases())('a runtime on %s', (kind) => {
  let wearing: ServedWearing;
  const running: LiveRuntime[] = [];
  beforeAll(async () => {
    wearing = await openServedWearing(kind);
  });
  afterEach(() => {
    for (const { keeper } of running.splice(0)) keeper.stop();
  });
  afterAll(() => wearing.organisation.authority.close());

  async function run(seed: string) {
    const { authority } = wearing.organisation;
    const session = await openTestSession(authority, wearing.device, wearing.avatar, { seed });
    const nowSeconds = () => authority.clock.nowSeconds();
    const fake = createFakeClock();
    const clock = { wallMs: fake.nowMs, monotonicMs: fake.monotonicMs };
    const wire = createWire();
    const live = await openLiveRuntime(wearing, session, { clock, wire, nowSeconds });
    running.push(live);
    return { ...live, session, wire, fake };
  }

  it('that is cut off goes on for a lease, and not for longer', async () => {
    const { keeper, reason, wire, fake } = await run('cut off');
    expect(await reason()).toBe('no-face');
    wire.cut();
    for (let second = 0; second < 14; second += 1) {
      fake.advanceMs(1_000);
      keeper.tick();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await reason()).toBe('no-face');
    fake.advanceMs(1_000);
    expect(await reason()).toBe('lease-lost');
  });

  it('shuts the gate by the push alone: it asks for nothing, and its clock stands still', async () => {
    const { reason } = await run('pushed');
    expect(await reason()).toBe('no-face');
    const { authority, executive } = wearing.organisation;
    const url = `/v1/consents/${wearing.avatar.consent ?? ''}/withdraw`;
    expect((await authority.api.post(url, {}, { token: executive.token })).status).toBeLessThan(300);
    await expect.poll(reason).toBe('permit-revoked');
  });
});

describe('a wearer whose consent is withdrawn', () => {
  let wearing: ServedWearing;
  let session: TestSession;
  beforeAll(async () => {
    wearing = await openServedWearing('embedded');
    const { organisation, device, avatar } = wearing;
    const { authority, executive } = organisation;
    session = await openTestSession(authority, device, avatar);
    for (let i = 0; i < OTHERS; i += 1) await openTestSession(authority, device, avatar);
    authority.clock.advanceSeconds(WITHDRAWN_AFTER_SECONDS);
    const url = `/v1/consents/${avatar.consent ?? ''}/withdraw`;
    expect((await authority.api.post(url, {}, { token: executive.token })).status).toBeLessThan(300);
  });
  afterAll(() => wearing.organisation.authority.close());

  it('gets no new session, no renewal and no lease, and every session has ended', async () => {
    const { device, avatar, organisation } = wearing;
    const wish = { avatar: avatar.id, purpose: 'meeting', audience: 'internal', session: session.id };
    expect((await session.lease()).body).toMatchObject({ state: 'revoked' });
    expect(await device.call('POST', '/v1/permits', wish)).toMatchObject({
      body: { code: 'session-closed' },
    });
    await expect(
      openTestSession(organisation.authority, device, avatar, { seed: 'again' }),
    ).rejects.toThrow();
    // Modified clients that never ask: their sessions end all the same.
    const { client } = organisation.authority.database;
    await expect
      .poll(() => client.wearSession.count({ where: { state: 'revoked' } }), { timeout: 20_000 })
      .toBe(OTHERS + 1);
  });

  it('cannot, at once or minutes later, hand in new evidence dated before the withdrawal', async () => {
    const { clock } = wearing.organisation.authority;
    const before = clock.nowSeconds() - WITHDRAWN_AFTER_SECONDS / 2;
    clock.advanceSeconds(180);
    for (const epochs of [
      [testEpoch(0, before), testEpoch(1, before)],
      [testEpoch(0, before), testEpoch(1, clock.nowSeconds() - 1)],
      [testEpoch(0, clock.nowSeconds() - 62)],
    ]) {
      expect(await session.submit(await session.segment([], { epochs }))).toMatchObject({
        status: 409,
        body: { code: 'session-closed' },
      });
    }
  });
});
