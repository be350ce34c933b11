/**
 * THREATS 33: somebody sends security events to end other people's sessions, or to learn who is here. Defence: one configured
 * transmitter, its keys and its bearer; each event once, in its time; the same answer about anybody.
 */
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exportJWK, SignJWT, type JWTPayload } from 'jose';
import { insertIdentity } from '@guise/persistence';
import {
  openTestSession,
  openWearing,
  signIn,
  testDatabases,
  textOf,
  type TestSession,
  type Wearing,
} from '@guise/authority/testing';

const ISSUER = 'https://signals.example';
const AUDIENCE = 'https://guise.example';
const BEARER = 'b'.repeat(40);
const PROVIDER = 'https://login.example';
const CAEP = 'https://schemas.openid.net/secevent/caep/event-type';
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' });

interface Sent {
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly key?: typeof keys.privateKey;
  readonly bearer?: string;
  /** In place of a signed event. */
  readonly raw?: string;
}

describe.each(await testDatabases())('a forged security event on %s', (kind) => {
  let wearing: Wearing;
  let session: TestSession;
  let token: string;
  let transmitter: Server;
  let serial = 0;
  beforeAll(async () => {
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
    transmitter = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => transmitter.listen(0, '127.0.0.1', resolve));
    const address = transmitter.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const env = {
      GUISE_SSF_ISSUER: ISSUER,
      GUISE_SSF_JWKS_URL: `http://127.0.0.1:${String(address.port)}/jwks.json`,
      GUISE_SSF_AUDIENCE: AUDIENCE,
      GUISE_SSF_BEARER: BEARER,
    };
    wearing = await openWearing(kind, { env });
    const { authority, employee } = wearing.organisation;
    await authority.database.transaction((tx) =>
      insertIdentity(tx, {
        ...{ issuer: PROVIDER, subject: 'employee-7', personId: employee.id, origin: 'link' },
        createdAt: authority.clock.now(),
      }),
    );
  });
  beforeEach(async () => {
    const { authority, employee } = wearing.organisation;
    token = textOf((await signIn(authority.api, employee.authenticator)).body, 'token');
    session = await openTestSession(authority, wearing.device, wearing.avatar);
  });
  afterAll(async () => {
    await wearing.organisation.authority.close();
    transmitter.close();
  });

  const now = () => wearing.organisation.authority.clock.nowSeconds();
  const about = { format: 'iss_sub', iss: PROVIDER, sub: 'employee-7' };
  const event = (claims: Record<string, unknown> = {}): JWTPayload => {
    serial += 1;
    const events = { [`${CAEP}/session-revoked`]: { event_timestamp: now() } };
    return {
      iss: ISSUER,
      aud: AUDIENCE,
      iat: now(),
      jti: `${kind}-${String(serial)}`,
      sub_id: about,
      events,
      ...claims,
    };
  };
  const make = ({ claims = {}, header = {}, key = keys.privateKey }: Sent = {}): Promise<string> =>
    new SignJWT(event(claims))
      .setProtectedHeader({ alg: 'ES256', typ: 'secevent+jwt', kid: 'k1', ...header })
      .sign(key);
  const send = async (sent: Sent = {}) => {
    const headers = {
      'content-type': 'application/secevent+jwt',
      ...(sent.bearer === '' ? {} : { authorization: `Bearer ${sent.bearer ?? BEARER}` }),
    };
    const { api } = wearing.organisation.authority;
    return api.call('POST', '/v1/shared-signals/events', {
      headers,
      payload: sent.raw ?? (await make(sent)),
    });
  };
  const lease = async () => textOf((await session.lease()).body, 'state');
  const signedIn = async (): Promise<boolean> =>
    (await wearing.organisation.authority.api.get('/v1/me', { token })).status === 200;
  const untouched = async () => {
    expect([await lease(), await signedIn()]).toEqual(['live', true]);
  };
  const entries = () =>
    wearing.organisation.authority.database.client.ledgerEntry.count({
      where: { kind: 'status-change', topic: wearing.organisation.employee.id },
    });

  it('is told from a genuine one, which ends sign-ins and running sessions at once', async () => {
    const before = await entries();
    expect(await send()).toMatchObject({ status: 202, body: '' });
    expect([await lease(), await signedIn()]).toEqual(['revoked', false]);
    expect(await entries()).toBe(before + 1);
    const { authority, employee } = wearing.organisation;
    const back = textOf((await signIn(authority.api, employee.authenticator)).body, 'token');
    const { body } = await authority.api.get('/v1/me/notices', { token: back });
    expect(JSON.stringify(body)).toContain('signal-received');
    expect((await wearing.device.call('GET', '/v1/policy')).status).toBe(200);
  });

  it('counts once, however often and in however many hands it comes again', async () => {
    const raw = await make();
    await Promise.all([send({ raw }), send({ raw }), send({ raw })]);
    const before = await entries();
    const { authority, employee } = wearing.organisation;
    token = textOf((await signIn(authority.api, employee.authenticator)).body, 'token');
    session = await openTestSession(authority, wearing.device, wearing.avatar);
    expect((await send({ raw })).status).toBe(202);
    await untouched();
    expect(await entries()).toBe(before);
  });

  it.each<[string, Sent, string]>([
    ['another issuer', { claims: { iss: 'https://evil.example' } }, 'invalid_issuer'],
    ['another audience', { claims: { aud: 'https://other.example' } }, 'invalid_audience'],
    ['a foreign key under the known name', { key: foreign.privateKey }, 'invalid_key'],
    ['a key that nobody knows', { key: foreign.privateKey, header: { kid: 'k9' } }, 'invalid_key'],
    ['a foreign type', { header: { typ: 'JWT' } }, 'invalid_request'],
    ['an access token’s type', { header: { typ: 'at+jwt' } }, 'invalid_request'],
    [
      'an address of keys',
      { header: { jku: 'http://127.0.0.1:1/keys' }, key: foreign.privateKey },
      'invalid_key',
    ],
    ['no jti', { claims: { jti: undefined } }, 'invalid_request'],
    ['no time', { claims: { iat: undefined } }, 'invalid_request'],
    ['a sub beside sub_id', { claims: { sub: 'employee-7' } }, 'invalid_request'],
    ['two events', { claims: { events: { a: {}, b: {} } } }, 'invalid_request'],
    [
      'a credential change without its kind',
      { claims: { events: { [`${CAEP}/credential-change`]: {} } } },
      'invalid_request',
    ],
    ['no bearer', { bearer: '' }, 'authentication_failed'],
    ['another bearer', { bearer: 'c'.repeat(40) }, 'authentication_failed'],
    ['no token at all', { raw: 'hello' }, 'invalid_request'],
  ])('is refused: %s', async (_what, sent, code) => {
    expect(await send(sent)).toMatchObject({ status: 400, body: { err: code } });
    await untouched();
  });

  it('is refused from too long ago, and from the future', async () => {
    for (const iat of [now() - 24 * 3600 - 1, now() + 11]) {
      expect(await send({ claims: { iat } })).toMatchObject({
        status: 400,
        body: { err: 'invalid_request' },
      });
    }
    await untouched();
    expect((await send({ claims: { iat: now() - 24 * 3600 + 5 } })).status).toBe(202);
  });

  it('is refused without a signature, or with one by a shared secret', async () => {
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const spki = keys.publicKey.export({ type: 'spki', format: 'pem' });
    for (const alg of ['none', 'NONE', 'HS256']) {
      const unsigned = `${encode({ alg, typ: 'secevent+jwt', kid: 'k1' })}.${encode(event())}`;
      const mac = createHmac('sha256', spki).update(unsigned).digest('base64url');
      for (const raw of [`${unsigned}.`, `${unsigned}.${mac}`]) {
        expect(await send({ raw })).toMatchObject({ status: 400, body: { err: 'invalid_request' } });
      }
    }
    await untouched();
  });

  it('does not tell who is here: nobody and somebody are answered alike, and events of other kinds do nothing', async () => {
    const employee = wearing.organisation.employee.id;
    const subjects = [
      { format: 'iss_sub', iss: PROVIDER, sub: 'nobody' },
      { format: 'iss_sub', iss: 'https://elsewhere.example', sub: 'employee-7' },
      { format: 'opaque', id: `per_${'a'.repeat(26)}` },
      { format: 'email', email: 'ada@example.org' },
      { format: 'complex', user: { format: 'opaque', id: 'x' } },
    ];
    const answers = [];
    for (const sub_id of subjects) answers.push(await send({ claims: { sub_id } }));
    const events = { 'https://schemas.openid.net/secevent/ssf/event-type/verification': { state: 'x' } };
    answers.push(await send({ claims: { events } }));
    await untouched();
    answers.push(
      await send({ claims: { sub_id: { format: 'complex', user: { format: 'opaque', id: employee } } } }),
    );
    for (const { status, body } of answers) expect([status, body]).toEqual([202, '']);
    expect(await signedIn()).toBe(false);
  });

  it('of a revoked credential unpairs devices too; a new one leaves them', async () => {
    const change = (change_type: string) => ({
      claims: {
        events: { [`${CAEP}/credential-change`]: { credential_type: 'fido2-roaming', change_type } },
      },
    });
    expect((await send(change('create'))).status).toBe(202);
    expect(await lease()).toBe('revoked');
    expect((await wearing.device.call('GET', '/v1/policy')).status).toBe(200);
    expect((await send(change('revoke'))).status).toBe(202);
    expect(await wearing.device.call('GET', '/v1/policy')).toMatchObject({
      body: { code: 'device-revoked' },
    });
  });
});
