/** THREATS 1: a thief has a permit or an access token, but not the device key. Defence: both name the key (`cnf.jkt`). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseP256Jwk, verifyPermit } from '@guise/permit';
import {
  askPermit,
  deviceSigner,
  openTestSession,
  openWearing,
  pairDevice,
  proofFor,
  testDatabases,
  type TestSession,
  type Wearing,
} from '@guise/authority/testing';
import { trustRoot } from '@guise/protocol';

describe.each(await testDatabases())('a stolen permit or token on %s', (kind) => {
  let wearing: Wearing;
  let session: TestSession;
  let lease: string;
  beforeAll(async () => {
    wearing = await openWearing(kind);
    session = await openTestSession(wearing.organisation.authority, wearing.device, wearing.avatar);
    lease = `/v1/sessions/${session.id}/lease`;
  });
  afterAll(() => wearing.organisation.authority.close());

  it('opens the gate of no other device', async () => {
    const { api, clock, config } = wearing.organisation.authority;
    const root = trustRoot.parse((await api.get('/.well-known/guise-trust.json')).body);
    const keys = root.permitKeys.map((key) => ({ kid: String(key.kid), jwk: parseP256Jwk(key) }));
    const expected = {
      issuer: config.publicUrl,
      audience: 'guise-runtime',
      avatarSha256: wearing.avatar.sha256,
      purpose: 'meeting' as const,
    };
    const open = (jkt: string) =>
      verifyPermit(session.permit, { keys, now: clock.nowSeconds(), expected: { ...expected, jkt } });
    await expect(open(wearing.device.signer.kid)).resolves.toMatchObject({ jws: session.permit });
    const thief = await deviceSigner('thief');
    await expect(open(thief.kid)).rejects.toMatchObject({ code: 'key-mismatch' });
  });

  it('is worth nothing with a proof by another key', async () => {
    const thief = await deviceSigner('thief');
    const answer = await wearing.device.call('GET', lease, undefined, { signer: thief });
    expect(answer).toMatchObject({ status: 401, body: { code: 'dpop-invalid' } });
  });

  it('is worth nothing without a proof, as a bearer, or with a proof for another request', async () => {
    const { authority } = wearing.organisation;
    const { accessToken, signer } = wearing.device;
    const bare = await authority.api.get(lease, { headers: { authorization: `DPoP ${accessToken}` } });
    expect(bare.status).toBe(401);
    expect((await authority.api.get(lease, { token: accessToken })).status).toBe(401);
    const elsewhere = await proofFor(authority, signer, 'GET', '/v1/sessions/other/lease', { accessToken });
    expect(await wearing.device.call('GET', lease, undefined, { proof: elsewhere })).toMatchObject({
      status: 401,
      body: { code: 'dpop-invalid' },
    });
    const unbound = await proofFor(authority, signer, 'GET', lease);
    expect(await wearing.device.call('GET', lease, undefined, { proof: unbound })).toMatchObject({
      status: 401,
    });
  });

  it('gives another device of the same person neither lease, renewal, evidence nor end', async () => {
    const { authority, employee } = wearing.organisation;
    const other = await pairDevice(authority, employee, 'another device');
    const wish = { avatar: wearing.avatar.id, purpose: 'meeting', audience: 'internal', session: session.id };
    const answers = [
      await other.call('GET', lease),
      await other.call('POST', '/v1/permits', wish),
      await other.call('POST', `/v1/sessions/${session.id}/evidence`, {
        segment: await session.segment([0]),
      }),
      await other.call('POST', `/v1/sessions/${session.id}/keys`, { epoch: 0, key: 'ab'.repeat(32) }),
      await other.call('POST', `/v1/sessions/${session.id}/close`, { reason: 'finished' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
    expect((await session.lease()).body).toMatchObject({ state: 'live' });
  });

  it('of a revoked device is refused at once', async () => {
    const { authority, employee } = wearing.organisation;
    const lost = await pairDevice(authority, employee, 'lost device');
    const theirs = await openTestSession(authority, lost, wearing.avatar);
    await authority.api.post(`/v1/devices/${lost.id}/revoke`, {}, { token: employee.token });
    expect(await theirs.lease()).toMatchObject({ body: { code: 'device-revoked' } });
    const { answer } = await askPermit(authority, lost, wearing.avatar);
    expect(answer).toMatchObject({ body: { code: 'device-revoked' } });
  });
});
