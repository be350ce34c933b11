/** THREATS 3, device part: an eavesdropper sends a DPoP proof again. Defence: each `jti` of a key is accepted once. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openTestSession,
  openWearing,
  proofFor,
  testDatabases,
  type Wearing,
} from '@guise/authority/testing';

describe.each(await testDatabases())('a replayed proof on %s', (kind) => {
  let wearing: Wearing;
  let lease: string;
  beforeAll(async () => {
    wearing = await openWearing(kind);
    const session = await openTestSession(wearing.organisation.authority, wearing.device, wearing.avatar);
    lease = `/v1/sessions/${session.id}/lease`;
  });
  afterAll(() => wearing.organisation.authority.close());

  const proof = (method: 'GET' | 'POST' = 'GET', url = lease) =>
    proofFor(wearing.organisation.authority, wearing.device.signer, method, url, {
      accessToken: wearing.device.accessToken,
    });

  it('is refused the second time', async () => {
    const seen = await proof();
    expect((await wearing.device.call('GET', lease, undefined, { proof: seen })).status).toBe(200);
    expect(await wearing.device.call('GET', lease, undefined, { proof: seen })).toMatchObject({
      status: 401,
      body: { code: 'dpop-replayed' },
    });
  });

  it('passes once of twenty at once', async () => {
    const seen = await proof();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => wearing.device.call('GET', lease, undefined, { proof: seen })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('is refused also after a failed first use, and when the proofs of its time are swept', async () => {
    const url = '/v1/permits';
    const seen = await proof('POST', url);
    const wish = {
      avatar: wearing.avatar.id,
      purpose: 'meeting',
      audience: 'internal',
      session: `ses_${'a'.repeat(26)}`,
    };
    expect((await wearing.device.call('POST', url, wish, { proof: seen })).status).toBe(404);
    expect(await wearing.device.call('POST', url, wish, { proof: seen })).toMatchObject({
      body: { code: 'dpop-replayed' },
    });
    wearing.organisation.authority.clock.advanceSeconds(71);
    expect(await wearing.device.call('POST', url, wish, { proof: seen })).toMatchObject({
      body: { code: 'dpop-invalid' },
    });
  });

  it('made ahead of time, for a permit or a token, lacks the nonce of its minute', async () => {
    const { authority } = wearing.organisation;
    const { signer, accessToken } = wearing.device;
    const url = '/v1/permits';
    const wish = { avatar: wearing.avatar.id, purpose: 'meeting', audience: 'internal', session: 'x' };
    const send = (made: string) => wearing.device.call('POST', url, wish, { proof: made });
    const ahead = await proofFor(authority, signer, 'POST', url, {
      ...{ accessToken, ageSeconds: -130, nonce: null },
    });
    const withNonce = await proofFor(authority, signer, 'POST', url, { accessToken, ageSeconds: -130 });
    authority.clock.advanceSeconds(130);
    for (const made of [ahead, withNonce]) {
      const answer = await send(made);
      expect(answer).toMatchObject({ status: 401, body: { code: 'dpop-nonce-required' } });
      expect(answer.headers['www-authenticate']).toContain('error="use_dpop_nonce"');
      expect(answer.headers['dpop-nonce']).toMatch(/^[A-Za-z0-9_-]{43}$/);
    }
    // The nonce given out is the one that is accepted, for a minute and more.
    const fresh = await proofFor(authority, signer, 'POST', url, { accessToken, ageSeconds: -59 });
    authority.clock.advanceSeconds(59);
    expect((await send(fresh)).status).toBe(400);
    const dpop = await proofFor(authority, signer, 'POST', '/v1/token', { nonce: null });
    const token = { grant_type: 'refresh_token', refresh_token: 'unknown' };
    expect(await authority.api.post('/v1/token', token, { headers: { dpop } })).toMatchObject({
      body: { code: 'dpop-nonce-required' },
    });
  });
});
