/**
 * THREATS 39 (SSRF): an address that somebody hands in, in whatever field, makes the authority connect to where only it can
 * reach. Defence: no address of a request is ever fetched; ffmpeg opens the handed-in file and nothing that it names; the
 * two addresses that an operator configures, and what is read there, are judged before they are asked.
 */
import { createServer, type Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  activeExecutiveAvatar,
  askPermit,
  createOutboundFetch,
  draftAvatar,
  enrol,
  freePort,
  multipart,
  openTestOrganisation,
  pairDevice,
  provisioningToken,
  ScimClient,
  scopeFor,
  TestPage,
  textOf,
  type ResolvedAddress,
  type TestDevice,
  type TestOrganisation,
} from '@guise/authority/testing';
import { SignJWT } from 'jose';
import { openCanary, type Canary } from './canary.js';

/** Where bodies have addresses. They are texts that are compared and shown. A new one belongs here, and below. */
const URL_FIELDS = [
  'POST /v1/avatars/{id}/consent-offer /further/items/meetings/items',
  'POST /v1/avatars/{id}/consent-offer /meetings/items',
  'POST /v1/consent-requests /meetings/items',
  'POST /v1/permits /meeting',
];
const BEARER = 'b'.repeat(40);

let canary: Canary;
beforeAll(async () => {
  canary = await openCanary();
});
afterAll(() => {
  canary.close();
});

/** A server of the test on this machine. */
async function serve(
  handle: Parameters<typeof createServer>[1] & object,
): Promise<{ port: number; server: Server }> {
  const server = createServer(handle);
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { port, server };
}

describe('an address in a request', () => {
  let org: TestOrganisation;
  let device: TestDevice;
  let avatar: { readonly id: string; readonly sha256: string };
  let signals: { port: number; server: Server };
  beforeAll(async () => {
    signals = await serve((_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${String(canary.port)}/jwks.json` }).end();
    });
    org = await openTestOrganisation('embedded', {
      env: {
        GUISE_SSF_ISSUER: 'https://signals.example',
        GUISE_SSF_JWKS_URL: `http://127.0.0.1:${String(signals.port)}/jwks.json`,
        GUISE_SSF_BEARER: BEARER,
      },
    });
    await enrol(org, org.employee, 'face:employee');
    device = await pairDevice(org.authority, org.employee);
    const id = await activeExecutiveAvatar(org, org.employee);
    const { sha256 } = await org.authority.database.client.avatar.findUniqueOrThrow({ where: { id } });
    avatar = { id, sha256 };
  });
  afterEach(() => {
    expect(canary.takeVisits()).toBe(0);
  });
  afterAll(async () => {
    await org.authority.close();
    signals.server.close();
  });

  /** Addresses of the canary, and of places that no server should open for anybody. */
  const hostile = (): string[] => [
    ...canary.hosts.flatMap((host) => [`http://${host}/`, `https://${host}/`]),
    ...['file:///etc/passwd', 'data:application/json,{}', 'http://169.254.169.254/latest/meta-data/'],
    `gopher://127.0.0.1:${String(canary.port)}/_`,
  ];

  it('is in the fields that are tried here, and in no other', () => {
    const found = Object.entries(org.authority.openApi.paths).flatMap(([path, item]) =>
      (['post', 'put', 'patch'] as const).flatMap((method) =>
        urlFields(item[method]?.requestBody).map((at) => `${method.toUpperCase()} ${path} ${at}`),
      ),
    );
    expect([...new Set(found)].toSorted()).toEqual(URL_FIELDS);
  });

  it('is fetched in none of them', async () => {
    const { authority, adminA, executive, employee } = org;
    const draft = { kind: 'executive', likeness: 'artwork', face: null } as const;
    const id = textOf((await draftAvatar(org, adminA, executive, draft)).body, 'id');
    for (const address of hostile()) {
      const scope = { ...scopeFor(authority, employee), meetings: [address] };
      const offer = `/v1/avatars/${id}/consent-offer`;
      await authority.api.post(offer, { ...scope, further: [scope] }, { token: executive.token });
      const asked = { avatar: avatar.id, reason: address, purposes: ['meeting'], audience: ['internal'] };
      const notAfter = authority.clock.nowSeconds() + 3600;
      const wish = { ...asked, meetings: [address], notAfter };
      await authority.api.post('/v1/consent-requests', wish, { token: employee.token });
      await askPermit(authority, device, avatar, { request: { meeting: address } });
    }
  });

  it('is fetched in no header, query, name or attribute', async () => {
    const { authority, adminA } = org;
    const scim = new ScimClient(authority, await provisioningToken(authority, adminA));
    for (const [index, address] of hostile().entries()) {
      const host = address.replace(/^\w+:\/*|\/.*$/g, '') || 'none';
      const headers = {
        ...{ host, 'x-forwarded-host': host, forwarded: `host="${host}"`, origin: address, referer: address },
        link: `<${address}>; rel="preload"`,
      };
      await authority.api.post('/v1/oidc/sign-in', { redirect_uri: address }, { headers });
      await authority.api.get(`/oidc/callback?iss=${encodeURIComponent(address)}&code=a&state=b`, {
        headers,
      });
      await authority.api.get(`/.well-known/jwks.json?uri=${encodeURIComponent(address)}`, { headers });
      const photos = [{ value: address, type: 'photo' }];
      const created = await scim.create({ userName: `u${String(index)}`, profileUrl: address, photos });
      expect(created.status).toBe(201);
    }
  });

  it('is fetched in no header of a token (jku, x5u, jwk)', async () => {
    const { authority } = org;
    const url = `http://127.0.0.1:${String(canary.port)}/jwks.json`;
    const signed = (typ: string, claims: object): Promise<string> =>
      new SignJWT({ ...claims, iss: 'https://signals.example', aud: authority.config.publicUrl, jti: 'j' })
        .setProtectedHeader({ alg: 'HS256', typ, kid: 'k', jku: url, x5u: url })
        .sign(new TextEncoder().encode('k'.repeat(32)));
    const proof = await signed('dpop+jwt', { htm: 'POST', htu: `${authority.config.publicUrl}/v1/permits` });
    const permit = await device.call('POST', '/v1/permits', {}, { proof });
    const token = await device.call('POST', '/v1/permits', {}, { accessToken: await signed('at+jwt', {}) });
    const opening = await signed('guise-session+jwt', {});
    const opened = await askPermit(authority, device, avatar, { request: { opening } });
    const event = await authority.api.call('POST', '/v1/shared-signals/events', {
      payload: await signed('secevent+jwt', { events: {} }),
      headers: { authorization: `Bearer ${BEARER}`, 'content-type': 'application/secevent+jwt' },
    });
    const statuses = [permit.status, token.status, opened.answer.status, event.status];
    expect(statuses.map((status) => status >= 400 && status < 500)).toEqual([true, true, true, true]);
  });

  it('is not fetched when the configured transmitter sends elsewhere', async () => {
    const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ]);
    const token = await new SignJWT({
      iss: 'https://signals.example',
      aud: org.authority.config.publicUrl,
      jti: 'j',
      events: {},
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'secevent+jwt', kid: 'k' })
      .setIssuedAt(org.authority.clock.nowSeconds())
      .sign(privateKey);
    const headers = { authorization: `Bearer ${BEARER}`, 'content-type': 'application/secevent+jwt' };
    const answer = await org.authority.api.call('POST', '/v1/shared-signals/events', {
      payload: token,
      headers,
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });

  it('is opened in no file that ffmpeg or an image library reads', async () => {
    const at = (path: string) => `http://127.0.0.1:${String(canary.port)}/${path}`;
    const files: Readonly<Record<string, string>> = {
      playlist: `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${at('a.ts')}\n#EXT-X-ENDLIST\n`,
      'playlist of a key': `#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="${at('k')}"\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n`,
      'master playlist': `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${at('b.m3u8')}\n`,
      concat: `ffconcat version 1.0\nfile '${at('a.mp4')}'\n`,
      dash: `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S" profiles="urn:mpeg:dash:profile:isoff-main:2011"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>${at('a.mp4')}</BaseURL></Representation></AdaptationSet></Period></MPD>`,
      session: `v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nt=0 0\nm=video ${String(canary.port)} RTP/AVP 96\n`,
      drawing: `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="64"><image href="${at('i.png')}" xlink:href="${at('i.png')}" width="64" height="64"/></svg>`,
      'drawing of an entity': `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "${at('x')}">]><svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><text>&x;</text></svg>`,
    };
    for (const [what, text] of Object.entries(files)) {
      const form = multipart({ file: Buffer.from(text) });
      const detected = await org.authority.api.call('POST', '/v1/detect', form);
      const verified = await org.authority.api.call('POST', '/v1/verifications', {
        token: org.auditor.token,
        ...form,
      });
      expect([what, detected.status, verified.status]).toEqual([what, 422, 422]);
    }
  });
});

describe('an address that nobody configured', () => {
  let own: { port: number; server: Server };
  let location = '';
  beforeAll(async () => {
    own = await serve((request, response) => {
      if (request.url === '/redirect') response.writeHead(302, { location }).end();
      else if (request.url === '/large') response.end(Buffer.alloc(300 * 1024, 32));
      else if (request.url === '/endless') response.write(' ');
      else if (request.url === '/bomb') {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(8 * 2 ** 20)));
      } else response.end('{}');
    });
  });
  afterEach(() => {
    expect(canary.takeVisits()).toBe(0);
  });
  afterAll(() => {
    own.server.closeAllConnections();
    own.server.close();
  });

  const configured = 'https://login.example.org';
  const resolvedTo =
    (...addresses: readonly string[]) =>
    () =>
      Promise.resolve(
        addresses.map((address): ResolvedAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  const ask = (url: string, ...addresses: readonly string[]) =>
    createOutboundFetch([configured], resolvedTo(...addresses))(url, {});

  it('is not asked on this machine or near it, however it is written', async () => {
    for (const host of canary.hosts) {
      await expect(ask(`http://${host}/`, '127.0.0.1'), host).rejects.toThrow(/only https|name in it/);
      await expect(ask(`https://${host}/`, '127.0.0.1'), host).rejects.toThrow(/nothing is asked|name in it/);
    }
  });

  it.each([
    ['127.0.0.1'],
    ['10.1.2.3'],
    ['::1'],
    ['fd00::1'],
    ['::ffff:127.0.0.1'],
    ['169.254.169.254'],
    ['8.8.8.8', '127.0.0.1'],
  ])('is not asked when its name leads to %s', async (...addresses) => {
    const url = `https://rebound.example:${String(canary.port)}/`;
    await expect(ask(url, ...addresses)).rejects.toThrow('nothing is asked');
  });

  it.each([
    'file:///etc/passwd',
    'data:application/json,{}',
    'ftp://login.example.org/',
    'http://login.example.org/',
  ])('is not asked as %s', async (url) => {
    await expect(ask(url, '127.0.0.1')).rejects.toThrow('only https');
  });

  it('is asked for the configured host only where it may be inside, and never link-local', async () => {
    const url = `${configured}:${String(canary.port)}/`;
    await expect(ask(url, '169.254.169.254')).rejects.toThrow('nothing is asked');
    await expect(ask(url, 'fe80::1')).rejects.toThrow('nothing is asked');
    // It is connected to: the canary speaks no TLS.
    await expect(ask(url, '127.0.0.1')).rejects.toThrow('does not answer');
    expect(canary.takeVisits()).toBe(1);
  });

  it('is not followed to, and answers are bounded', async () => {
    const origin = `http://127.0.0.1:${String(own.port)}`;
    const asked = createOutboundFetch([origin]);
    expect(await (await asked(`${origin}/`, {})).json()).toEqual({});
    for (const to of canary.hosts.map((host) => `http://${host}/`)) {
      location = to;
      expect((await asked(`${origin}/redirect`, {})).status).toBe(302);
    }
    await expect(asked(`${origin}/large`, {})).rejects.toThrow('too large');
    await expect(asked(`${origin}/bomb`, {})).rejects.toThrow('compressed');
    const stop = new AbortController();
    const endless = asked(`${origin}/endless`, { signal: stop.signal });
    setTimeout(() => {
      stop.abort();
    }, 100);
    await expect(endless).rejects.toThrow('broke off');
  });
});

describe('a provider whose metadata names other places', () => {
  let provider: { port: number; server: Server };
  let metadata: Readonly<Record<string, unknown>> = {};
  let org: TestOrganisation;
  beforeAll(async () => {
    provider = await serve((request, response) => {
      const path = request.url ?? '';
      const body = path.startsWith('/.well-known/') ? metadata : {};
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    const publicUrl = `http://localhost:${String(await freePort())}`;
    const issuer = `http://localhost:${String(provider.port)}`;
    metadata = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `http://127.0.0.1:${String(canary.port)}/token`,
      jwks_uri: `https://127.0.0.1:${String(canary.port)}/jwks.json`,
      response_types_supported: ['code'],
      authorization_response_iss_parameter_supported: false,
    };
    const env = { GUISE_PUBLIC_URL: publicUrl, GUISE_OIDC_ISSUER: issuer, GUISE_OIDC_CLIENT_ID: 'guise' };
    org = await openTestOrganisation('embedded', { env });
  });
  afterEach(() => {
    expect(canary.takeVisits()).toBe(0);
  });
  afterAll(async () => {
    await org.authority.close();
    provider.server.closeAllConnections();
    provider.server.close();
  });

  const begin = async (page: TestPage) => page.call('POST', '/v1/oidc/sign-in', {});

  it.each([
    ['http', () => `http://127.0.0.1:${String(canary.port)}/token`],
    ['https', () => `https://127.0.0.1:${String(canary.port)}/token`],
    ['another loopback name', () => `https://[::1]:${String(canary.port)}/token`],
    ['link-local', () => 'http://169.254.169.254/token'],
  ])('gets no code redeemed there: %s', async (_what, endpoint) => {
    metadata = { ...metadata, token_endpoint: endpoint() };
    org.authority.clock.advanceSeconds(3601);
    const page = new TestPage(org.authority);
    const url = new URL(textOf((await begin(page)).body, 'url'));
    const back = `${org.authority.config.publicUrl}/oidc/callback?code=c&state=${url.searchParams.get('state') ?? ''}`;
    const answer = await page.returnTo(back);
    expect([answer.status, String(answer.body)]).toEqual([
      502,
      expect.stringContaining('provider-unreachable'),
    ]);
  });

  it('sends no browser to a script or a file', async () => {
    for (const authorization_endpoint of [
      'javascript:alert(1)//',
      'data:text/html,x',
      'file:///etc/passwd',
    ]) {
      metadata = { ...metadata, authorization_endpoint };
      org.authority.clock.advanceSeconds(3601);
      expect(await begin(new TestPage(org.authority))).toMatchObject({
        status: 503,
        body: { code: 'not-ready' },
      });
    }
  });
});

/** Where a JSON schema has addresses. */
function urlFields(schema: unknown, at = ''): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  if (Reflect.get(schema, 'format') === 'uri') return [at];
  return Object.entries(schema).flatMap(([name, value]) =>
    urlFields(
      value,
      ['content', 'application/json', 'schema', 'properties'].includes(name) ? at : `${at}/${name}`,
    ),
  );
}
