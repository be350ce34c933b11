/** THREATS 7: tokens dressed up as others, at the running service. Defence: algorithm, type and header are fixed per kind. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  deviceSigner,
  openTestSession,
  openWearing,
  proofFor,
  testDatabases,
  type TestSession,
  type Wearing,
} from '@guise/authority/testing';

const jwks = z.object({ keys: z.array(z.record(z.string(), z.string())).min(1) });
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string): Record<string, unknown> =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));

describe.each(await testDatabases())('JWT confusion on %s', (kind) => {
  let wearing: Wearing;
  let session: TestSession;
  beforeAll(async () => {
    wearing = await openWearing(kind);
    session = await openTestSession(wearing.organisation.authority, wearing.device, wearing.avatar);
  });
  afterAll(() => wearing.organisation.authority.close());

  /** Presents a token as the device would, with a good proof of the device's own key bound to it. */
  async function present(accessToken: string): Promise<number> {
    const answer = await wearing.device.call('GET', `/v1/sessions/${session.id}/lease`, undefined, {
      accessToken,
    });
    return answer.status;
  }

  const parts = () => {
    const [header = '', payload = '', signature = ''] = wearing.device.accessToken.split('.');
    return { header: decode(header), payload: decode(payload), signature };
  };

  it('the genuine token passes, so that every refusal below means something', async () => {
    expect(await present(wearing.device.accessToken)).toBe(200);
  });

  it('alg none, with and without the old signature', async () => {
    const { header, payload, signature } = parts();
    for (const alg of ['none', 'None', 'NONE']) {
      const unsigned = `${encode({ ...header, alg })}.${encode(payload)}`;
      expect([await present(`${unsigned}.`), await present(`${unsigned}.${signature}`)]).toEqual([401, 401]);
    }
  });

  it('HS256 with any published key as the secret', async () => {
    const { header, payload } = parts();
    const { keys } = jwks.parse(
      (await wearing.organisation.authority.api.get('/.well-known/jwks.json')).body,
    );
    for (const secret of keys.flatMap((key) => [JSON.stringify(key), ...Object.values(key)])) {
      const unsigned = `${encode({ ...header, alg: 'HS256' })}.${encode(payload)}`;
      const mac = createHmac('sha256', secret).update(unsigned).digest('base64url');
      expect(await present(`${unsigned}.${mac}`)).toBe(401);
    }
  });

  it('a key of the attacker’s own: jwk, jku, x5u, another kid', async () => {
    const { header, payload } = parts();
    const thief = await deviceSigner('thief');
    for (const extra of [
      { jwk: thief.publicJwk },
      { jku: 'https://thief.example/jwks.json' },
      { x5u: 'https://thief.example/cert' },
      { kid: thief.kid },
      {},
    ]) {
      const unsigned = `${encode({ ...header, ...extra })}.${encode(payload)}`;
      const signature = Buffer.from(await thief.sign(Buffer.from(unsigned))).toString('base64url');
      expect(await present(`${unsigned}.${signature}`)).toBe(401);
    }
  });

  it('a permit as an access token, though the authority signed it', async () => {
    expect(await present(session.permit)).toBe(401);
  });

  it('an access token, a permit or an opening as a proof', async () => {
    const url = `/v1/sessions/${session.id}/lease`;
    for (const proof of [wearing.device.accessToken, session.permit, await session.segment([0])]) {
      expect(await wearing.device.call('GET', url, undefined, { proof })).toMatchObject({
        status: 401,
        body: { code: 'dpop-invalid' },
      });
    }
  });

  it('a proof as evidence, and evidence as an opening', async () => {
    const { authority } = wearing.organisation;
    const proof = await proofFor(authority, wearing.device.signer, 'GET', '/');
    expect(await session.submit(proof)).toMatchObject({ body: { code: 'evidence-invalid' } });
    const wish = {
      avatar: wearing.avatar.id,
      purpose: 'meeting',
      audience: 'internal',
      opening: await session.segment([0]),
    };
    expect(await wearing.device.call('POST', '/v1/permits', wish)).toMatchObject({
      body: { code: 'session-mismatch' },
    });
  });

  it('a longer life, another person or device written into the payload', async () => {
    const { header, payload, signature } = parts();
    for (const changed of [
      { exp: 4_000_000_000 },
      { sub: wearing.organisation.adminA.id },
      { cnf: { jkt: 'x'.repeat(43) } },
    ]) {
      expect(await present(`${encode(header)}.${encode({ ...payload, ...changed })}.${signature}`)).toBe(401);
    }
  });
});
