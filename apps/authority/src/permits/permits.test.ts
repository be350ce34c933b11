import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseP256Jwk, verifyPermit } from '@guise/permit';
import { avatarResponse, permitResponse, trustRoot, type PermitClaims } from '@guise/protocol';
import {
  activeExecutiveAvatar,
  askPermit,
  deviceSigner,
  enrol,
  openTestOrganisation,
  openTestSession,
  pairDevice,
  testDatabases,
  type TestDevice,
  type TestOrganisation,
} from '../testing/index.js';

describe.each(await testDatabases())('permits on %s', (kind) => {
  let organisation: TestOrganisation;
  let device: TestDevice;
  let avatar: { id: string; sha256: string };

  beforeAll(async () => {
    organisation = await openTestOrganisation(kind);
    const { authority, employee } = organisation;
    await enrol(organisation, employee, 'face:employee');
    const id = await activeExecutiveAvatar(organisation, employee);
    const answer = await authority.api.get(`/v1/avatars/${id}`, { token: employee.token });
    avatar = avatarResponse.parse(answer.body);
    device = await pairDevice(authority, employee);
  });
  afterAll(() => organisation.authority.close());

  const ask = (options?: Parameters<typeof askPermit>[3]) =>
    askPermit(organisation.authority, device, avatar, options);

  async function verify(
    permit: string,
    now = organisation.authority.clock.nowSeconds(),
  ): Promise<PermitClaims> {
    const { api, config } = organisation.authority;
    const root = trustRoot.parse((await api.get('/.well-known/guise-trust.json')).body);
    const keys = root.permitKeys.map((key) => ({ kid: String(key.kid), jwk: parseP256Jwk(key) }));
    const verified = await verifyPermit(permit, {
      keys,
      now,
      expected: {
        issuer: config.publicUrl,
        audience: 'guise-runtime',
        jkt: device.signer.kid,
        avatarSha256: avatar.sha256,
        purpose: 'meeting',
      },
    });
    return verified.claims;
  }

  it('opens a session: the permit verifies under the trust root and names everything it rests on', async () => {
    const { answer, chain } = await ask();
    expect(answer.status).toBe(201);
    const { permit, expiresAt, watermarkKey } = permitResponse.parse(answer.body);
    const claims = await verify(permit);
    const [wear] = claims.authorization_details;
    expect(wear).toMatchObject({
      avatar: avatar.id,
      purpose: 'meeting',
      audience: 'internal',
      label: 'AI MODIFIED',
      label_positions: ['top-right'],
      non_commercial_models: false,
      own_models: [],
      watermark: { chain_end: Buffer.from(chain.end).toString('hex') },
    });
    expect(wear?.approvals).toHaveLength(2);
    expect(claims.exp).toBe(expiresAt);
    expect(claims.exp - claims.iat).toBe(300);
    expect(claims.sub).not.toContain(organisation.employee.id);
    expect(Buffer.from(watermarkKey, 'base64url')).toHaveLength(32);
    const template = await device.call('GET', `/v1/source-faces/${wear?.wearer.source_face ?? ''}/template`);
    expect(template.body).toMatchObject({ sha256: wear?.wearer.template_sha256 });
  });

  it('logs session and permit before the answer', async () => {
    const { answer } = await ask({ seed: 'logged' });
    const { session } = permitResponse.parse(answer.body);
    const rows = await organisation.authority.database.client.ledgerEntry.findMany({
      where: { topic: session },
    });
    expect(rows.map(({ kind: entry }) => entry).sort()).toEqual(['permit', 'session-opened']);
    expect(rows.every(({ leafIndex }) => leafIndex !== null)).toBe(true);
  });

  it('draws a fresh session number for every session', async () => {
    const numbers = new Set<number>();
    for (let i = 0; i < 5; i += 1) {
      const { answer } = await ask({ seed: `number ${String(i)}` });
      const [wear] = (await verify(permitResponse.parse(answer.body).permit)).authorization_details;
      numbers.add(wear?.watermark.session ?? 0);
    }
    expect(numbers.size).toBe(5);
  });

  it('keeps the asked life, and never lets a permit outlive the consent', async () => {
    const { answer } = await ask({ request: { ttlSeconds: 5 } });
    const { permit } = permitResponse.parse(answer.body);
    const { iat } = await verify(permit);
    await expect(verify(permit, iat + 5)).rejects.toMatchObject({ code: 'expired' });
    for (const ttlSeconds of [4, 301, 0, 1.5]) {
      expect((await ask({ request: { ttlSeconds } })).answer.status).toBe(400);
    }
  });

  it('binds to a meeting when one is named', async () => {
    const { answer } = await ask({ request: { meeting: 'https://meet.example/1' } });
    const { permit } = permitResponse.parse(answer.body);
    await expect(verify(permit)).rejects.toMatchObject({ code: 'meeting-mismatch' });
  });

  it.each([
    [{ purpose: 'training' }, 'consent-names-purpose'],
    [{ audience: 'external' }, 'consent-names-audience'],
    [{ avatar: `ava_${'a'.repeat(26)}` }, 'avatar-unknown'],
  ])('is denied for %o with the reason', async (request, reason) => {
    const { answer } = await ask({ request });
    expect(answer).toMatchObject({ status: 403, body: { code: 'permit-denied' } });
    expect(JSON.stringify(answer.body)).toContain(reason);
  });

  it('is denied to a person whom the consent does not name, and to one without an own face', async () => {
    const { authority, executive } = organisation;
    const other = await pairDevice(authority, executive);
    const { answer } = await askPermit(authority, other, avatar);
    expect(answer).toMatchObject({ status: 403, body: { code: 'permit-denied' } });
    expect(JSON.stringify(answer.body)).toContain('consent-names-wearer');
    expect(JSON.stringify(answer.body)).toContain('wearer-has-source-face');
  });

  it.each([
    ['of another avatar', { opening: { avatarSha256: 'f'.repeat(64) } }],
    ['of another time', { opening: { iat: 1_793_534_400 - 61 } }],
    ['without a chain', { opening: { chainLength: 0 } }],
  ])('refuses an opening %s', async (_name, options) => {
    expect((await ask(options)).answer).toMatchObject({ status: 403, body: { code: 'session-mismatch' } });
  });

  it('refuses an opening by another key, none, or both ways at once', async () => {
    const foreign = await ask({ signer: await deviceSigner('stranger') });
    expect(foreign.answer).toMatchObject({ body: { code: 'session-mismatch' } });
    expect((await ask({ request: { opening: undefined } })).answer).toMatchObject({ status: 400 });
    const { session } = permitResponse.parse((await ask()).answer.body);
    expect((await ask({ request: { session } })).answer).toMatchObject({ status: 400 });
    expect((await ask({ request: { personId: organisation.executive.id } })).answer).toMatchObject({
      status: 400,
    });
  });

  it('takes an opening once, one after the other and at once, and a key chain once', async () => {
    const again = { status: 403, body: { code: 'session-mismatch' } };
    expect((await ask({ seed: 'once' })).answer.status).toBe(201);
    expect((await ask({ seed: 'once' })).answer).toMatchObject(again);
    expect((await ask({ seed: 'once', opening: { nonce: 'm'.repeat(22) } })).answer).toMatchObject(again);
    const answers = await Promise.all([1, 2, 3].map(() => ask({ seed: 'at once' })));
    expect(answers.map(({ answer }) => answer.status).sort()).toEqual([201, 403, 403]);
  });

  it('renews the same session only: same device, avatar, purpose, audience and meeting', async () => {
    const { authority, employee } = organisation;
    const session = await openTestSession(authority, device, avatar);
    const wish = { avatar: avatar.id, purpose: 'meeting', audience: 'internal', session: session.id };
    authority.clock.advanceSeconds(30);
    const renewed = permitResponse.parse((await device.call('POST', '/v1/permits', wish)).body);
    expect(renewed.session).toBe(session.id);
    const [first, second] = [await verify(session.permit), await verify(renewed.permit)];
    expect(second.authorization_details[0]?.watermark).toEqual(first.authorization_details[0]?.watermark);
    expect(second.jti).not.toBe(first.jti);
    expect(second.iat - first.iat).toBe(30);
    expect(await device.call('POST', '/v1/permits', { ...wish, purpose: 'training' })).toMatchObject({
      body: { code: 'session-mismatch' },
    });
    const secondDevice = await pairDevice(authority, employee, 'second device');
    expect((await secondDevice.call('POST', '/v1/permits', wish)).status).toBe(404);
  });

  it('publishes its keys', async () => {
    const { api } = organisation.authority;
    expect((await api.get('/.well-known/jwks.json')).body).toMatchObject({
      keys: [{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' }],
    });
    expect(JSON.stringify((await api.get('/.well-known/jwks.json')).body)).not.toContain('"d"');
  });
});
