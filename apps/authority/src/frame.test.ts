import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problem, PROBLEM_CODES } from '@guise/protocol';
import { EdgePipe } from './http/edge.pipe.js';
import { createLogger } from './http/logger.js';
import { PROBLEMS } from './http/problem-table.js';
import {
  firstAdmin,
  openTestAuthority,
  testDatabases,
  textOf,
  type TestAuthority,
  type TestPerson,
} from './testing/index.js';

describe.each(await testDatabases())('the frame on %s', (kind) => {
  let authority: TestAuthority;
  let admin: TestPerson;
  beforeAll(async () => {
    authority = await openTestAuthority(kind);
    admin = await firstAdmin(authority);
  });
  afterAll(() => authority.close());

  it('is alive and ready', async () => {
    expect(await authority.api.get('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await authority.api.get('/readyz')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('declares a permission for every route it serves', () => {
    const paths = authority.routes.map((route) => route.path);
    expect(paths).toContain('/v1/avatars/:id/approvals');
    expect(authority.routes.filter((route) => route.permission === undefined)).toEqual([]);
  });

  it('refuses every route that is not public to a stranger', async () => {
    const guarded = authority.routes.filter((route) => route.permission?.includes('public') !== true);
    expect(guarded.length).toBeGreaterThan(15);
    for (const route of guarded) {
      const url = route.path.replaceAll(/:\w+/g, 'x').replace('*', 'x');
      const answer = await authority.app.inject({ method: asMethod(route.method), url, payload: {} });
      expect([route.method, route.path, answer.statusCode]).toEqual([route.method, route.path, 401]);
    }
  });

  it('documents every route of the API in OpenAPI 3.1, with its permission', () => {
    const { openapi, paths } = authority.openApi;
    expect(openapi).toBe('3.1.0');
    const served = authority.routes.filter(
      ({ path, method }) => path.startsWith('/v1/') && method !== 'HEAD',
    );
    for (const { path, method } of served) {
      const item = paths[path.replaceAll(/:(\w+)/g, '{$1}')];
      const operations = new Map<string, unknown>(Object.entries(item ?? {}));
      expect(operations.get(method.toLowerCase()), `${method} ${path}`).toMatchObject({
        description: /^Permission: /,
      });
    }
  });

  it('names the body schemas in OpenAPI', () => {
    const operation = authority.openApi.paths['/v1/invitations']?.post;
    expect(JSON.stringify(operation?.requestBody)).toContain('displayName');
  });

  it.each([
    ['malformed JSON', '{"displayName": '],
    ['a JSON text that is no object', '"hello"'],
    ['a prototype key', '{"__proto__": {"admin": true}, "displayName": "x", "roles": ["employee"]}'],
    ['unknown fields', '{"displayName": "x", "roles": ["employee"], "personId": "per_x"}'],
    ['a wrong type', '{"displayName": 7, "roles": "admin"}'],
    ['depth', `{"displayName": ${'['.repeat(5_000)}${']'.repeat(5_000)}, "roles": ["employee"]}`],
  ])('answers %s with a problem and no stack', async (_what, payload) => {
    const answer = await authority.api.call('POST', '/v1/invitations', {
      token: admin.token,
      payload,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(problem.parse(answer.body)).toMatchObject({ code: 'bad-request', status: 400 });
    // The trace id is random letters, which may spell anything.
    expect(JSON.stringify({ ...(answer.body as object), traceId: '' })).not.toMatch(
      /\\n\s+at |node_modules|zod/i,
    );
  });

  it('points at the fields that are wrong', async () => {
    const answer = await authority.api.post(
      '/v1/invitations',
      { displayName: '', roles: ['king'] },
      { token: admin.token },
    );
    const { errors } = problem.parse(answer.body);
    expect(errors?.map(({ pointer }) => pointer).toSorted()).toEqual(['/displayName', '/roles/0']);
  });

  it('refuses a body over the limit, another type, an unknown route', async () => {
    const large = await authority.api.post(
      '/v1/invitations',
      { displayName: 'x'.repeat(300_000), roles: ['employee'] },
      { token: admin.token },
    );
    expect(large).toMatchObject({ status: 413, body: { code: 'payload-too-large' } });
    const xml = await authority.api.call('POST', '/v1/invitations', {
      token: admin.token,
      payload: '<a/>',
      headers: { 'content-type': 'application/xml' },
    });
    expect(xml).toMatchObject({ status: 415, body: { code: 'unsupported-media' } });
    expect(await authority.api.get('/v1/nothing')).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    });
    expect(await authority.api.get('/v1/avatars/not-an-id', { token: admin.token })).toMatchObject({
      status: 400,
    });
    const unknown = await authority.api.get('/v1/avatars/ava_aaaaaaaaaaaaaaaaaaaaaaaaaa', {
      token: admin.token,
    });
    expect(unknown.status).toBe(404);
  });

  it('serves pages under a policy that lets nothing foreign in', async () => {
    for (const url of ['/', '/account', '/portrait', '/docs']) {
      const page = await authority.app.inject({ method: 'GET', url });
      expect(page.statusCode).toBe(200);
      expect(page.headers['content-security-policy']).toContain("default-src 'none'");
      expect(page.body).not.toMatch(/\son\w+=|style=|<style|<script>|https?:\/\//);
    }
    for (const url of [
      '/assets/guise.css',
      '/assets/landing.js',
      '/assets/account.js',
      '/assets/portrait.js',
      '/assets/mark.svg',
      '/openapi.json',
    ]) {
      expect((await authority.app.inject({ method: 'GET', url })).statusCode).toBe(200);
    }
  });
});

describe('limits', () => {
  it('slow down an address that asks too often, sign-in sooner than the rest', async () => {
    const authority = await openTestAuthority('embedded', { env: { GUISE_RATE_LIMIT: '20' } });
    try {
      const ask = () => authority.api.post('/v1/passkeys/authentication/options', {});
      expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
      const limited = await ask();
      expect(limited).toMatchObject({ status: 429, body: { code: 'rate-limited' } });
      expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
      expect((await authority.api.get('/healthz')).status).toBe(200);
    } finally {
      await authority.close();
    }
  });
});

describe('problems', () => {
  it('have a title, a status of an error and advice, every one', () => {
    for (const code of PROBLEM_CODES) {
      const { status, title, advice } = PROBLEMS[code];
      expect(status).toBeGreaterThanOrEqual(400);
      expect(title.length).toBeGreaterThan(5);
      expect(advice.length).toBeGreaterThan(5);
    }
  });
});

describe('edges', () => {
  it('refuse a parameter that has no schema', () => {
    expect(() => new EdgePipe().transform('x', { type: 'param', data: 'id' })).toThrow('no schema');
  });
});

describe('logs', () => {
  it('hold no secret, wherever an object carries it', () => {
    const lines: string[] = [];
    const logger = createLogger('info', { write: (line) => lines.push(line) });
    const secret = 'do-not-log-me';
    logger.info(
      { token: secret, headers: { authorization: secret, dpop: secret, 'set-cookie': secret } },
      'a',
    );
    logger.info({ request: { body: { assertion: secret, challenge: secret } }, err: { seed: secret } }, 'b');
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toContain(secret);
    expect(textOf(JSON.parse(lines[0] ?? ''), 'token')).toBe('[redacted]');
  });
});

function asMethod(method: string): 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD' {
  switch (method) {
    case 'POST':
    case 'PUT':
    case 'DELETE':
    case 'HEAD':
      return method;
    default:
      return 'GET';
  }
}
