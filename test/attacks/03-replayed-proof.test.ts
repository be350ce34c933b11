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
});
