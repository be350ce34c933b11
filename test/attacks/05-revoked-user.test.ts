/** THREATS 5: a revoked user. With the withdrawal everything ends: the lease, the renewals, and the past as well. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestSession, openWearing, testEpoch, type Wearing } from '@guise/authority/testing';

const WITHDRAWN_AFTER_SECONDS = 20;

describe('a wearer whose consent is withdrawn', () => {
  let wearing: Wearing;
  let session: Awaited<ReturnType<typeof openTestSession>>;
  beforeAll(async () => {
    wearing = await openWearing('embedded');
    const { organisation, device, avatar } = wearing;
    const { authority, executive } = organisation;
    session = await openTestSession(authority, device, avatar);
    authority.clock.advanceSeconds(WITHDRAWN_AFTER_SECONDS);
    const url = `/v1/consents/${avatar.consent ?? ''}/withdraw`;
    expect((await authority.api.post(url, {}, { token: executive.token })).status).toBeLessThan(300);
  });
  afterAll(() => wearing.organisation.authority.close());

  it('cannot, minutes later, hand in new evidence dated before the withdrawal', async () => {
    const { clock } = wearing.organisation.authority;
    const before = clock.nowSeconds() - WITHDRAWN_AFTER_SECONDS / 2;
    clock.advanceSeconds(180);
    // A modified client never asks for the lease: the session still counts as live.
    const epochs = [testEpoch(0, before), testEpoch(1, before)];
    expect(await session.submit(await session.segment([], { epochs }))).toMatchObject({
      status: 422,
      body: { code: 'evidence-invalid' },
    });
    const mixed = [testEpoch(0, before), testEpoch(1, clock.nowSeconds() - 1)];
    expect(await session.submit(await session.segment([], { epochs: mixed }))).toMatchObject({
      status: 422,
      body: { code: 'evidence-invalid' },
    });
  });

  it('gets no new session, no renewal and no lease', async () => {
    const { device, avatar, organisation } = wearing;
    const wish = { avatar: avatar.id, purpose: 'meeting', audience: 'internal', session: session.id };
    expect(await device.call('POST', '/v1/permits', wish)).toMatchObject({
      status: 403,
      body: { code: 'permit-denied' },
    });
    expect((await session.lease()).body).toMatchObject({ state: 'revoked' });
    expect(await device.call('POST', '/v1/permits', wish)).toMatchObject({
      body: { code: 'session-closed' },
    });
    await expect(
      openTestSession(organisation.authority, device, avatar, { seed: 'again' }),
    ).rejects.toThrow();
  });

  it('cannot, once the session has ended, add to its past', async () => {
    const { clock } = wearing.organisation.authority;
    clock.advanceSeconds(61);
    const epochs = [testEpoch(0, clock.nowSeconds() - 62)];
    expect(await session.submit(await session.segment([], { epochs }))).toMatchObject({
      body: { code: 'session-closed' },
    });
  });
});
