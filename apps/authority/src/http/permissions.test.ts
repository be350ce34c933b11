import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { STEP_UP_SECONDS } from '@guise/identity';
import { formatId, problem, type IdKind } from '@guise/protocol';
import {
  multipart,
  openTestOrganisation,
  pairDevice,
  provisioningToken,
  signIn,
  textOf,
  scopeFor,
  testDatabases,
  type ApiAnswer,
  type CallOptions,
  type Method,
  type TestDevice,
  type TestOrganisation,
} from '../testing/index.js';
import { admissionOf, CALLERS, permissionMatrix, type Caller } from './permission-matrix.js';
import type { ServedRoute } from './server.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const PAGE = join(import.meta.dirname, '../../../../docs/permissions.md');
/** Ends the sign-ins of those it lets in, so it comes last. */
const LAST = '/v1/sign-out';
const KINDS: Readonly<Record<string, IdKind>> = {
  avatars: 'avatar',
  'admin-grants': 'adminGrant',
  'consent-requests': 'consentRequest',
  consents: 'consent',
  devices: 'device',
  passkeys: 'passkey',
  recoveries: 'recovery',
  'provisioning-clients': 'provisioningClient',
  'sign-ins': 'signIn',
  enrolments: 'enrolment',
  persons: 'person',
  policies: 'policy',
  sessions: 'session',
  Users: 'person',
  'source-faces': 'sourceFace',
  verifications: 'verification',
};

describe.each(await testDatabases())('permissions on %s', (kind) => {
  let org: TestOrganisation;
  let device: TestDevice;
  let provisioning: string;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    device = await pairDevice(org.authority, org.employee);
    provisioning = await provisioningToken(org.authority, org.adminA);
  });
  afterAll(() => org.authority.close());

  const routes = (): readonly ServedRoute[] => {
    const all = org.authority.routes;
    return [...all.filter(({ path }) => path !== LAST), ...all.filter(({ path }) => path === LAST)];
  };
  const ask = (
    caller: Caller,
    method: Method,
    url: string,
    options: CallOptions = {},
  ): Promise<ApiAnswer> => {
    const person = { nobody: undefined, employee: org.employee, admin: org.adminA, auditor: org.auditor };
    if (caller === 'device') return device.call(method, url, options.json);
    if (caller === 'provisioning')
      return org.authority.api.call(method, url, { ...options, token: provisioning });
    return org.authority.api.call(method, url, { ...options, token: person[caller]?.token });
  };

  it('declares one for every route', () => {
    expect(routes().length).toBeGreaterThan(50);
    expect(routes().filter(({ permission = [] }) => permission.length === 0)).toEqual([]);
  });

  it('says 404 of an object that is not there to every caller it lets in, never 500', async () => {
    const bodies = bodiesOf(org);
    const withId = routes().filter(({ path }) => path.includes('/:id') || path.includes('/:userCode'));
    expect(withId.length).toBeGreaterThan(20);
    for (const { method, path, permission = [] } of withId) {
      const route = `${method} ${path}`;
      const { options = {}, status = 404 } = bodies[route] ?? {};
      for (const caller of CALLERS.filter((each) => admissionOf(permission, each) === 'yes')) {
        const answer = await ask(caller, asMethod(method), unknownUrl(path), options);
        expect(answer.status, `${route} for ${caller}: ${JSON.stringify(answer.body)}`).toBe(status);
        if (method !== 'HEAD') expect(refusal.parse(answer.body).status).toBe(status);
      }
    }
  });

  it('are kept by every route for every caller', async () => {
    for (const route of routes()) {
      const { method, path, permission = [] } = route;
      const json = method === 'GET' || method === 'HEAD' ? {} : { json: {} };
      for (const caller of CALLERS) {
        const answer = await ask(caller, asMethod(method), unknownUrl(path), json);
        const seen = `${method} ${path} for ${caller}: ${refusalOf(answer, method)}`;
        expect(seen).toBe(`${method} ${path} for ${caller}: ${String(admissionOf(permission, caller))}`);
      }
    }
  });

  it('ask for a step-up wherever one is declared, and nobody for one where the signature is it', async () => {
    const fresh = routes().filter(({ stepUp }) => stepUp === 'fresh');
    expect(fresh.length).toBeGreaterThan(4);
    const tokens = new Map(
      await Promise.all(
        [org.adminA, org.employee].map(async (person) => {
          const answer = await signIn(org.authority.api, person.authenticator);
          return [person, textOf(answer.body, 'token')] as const;
        }),
      ),
    );
    org.authority.clock.advanceSeconds(STEP_UP_SECONDS + 1);
    for (const { method, path, permission = [] } of fresh) {
      const token = tokens.get(permission.includes('admin') ? org.adminA : org.employee);
      const answer = await org.authority.api.call(asMethod(method), unknownUrl(path), { token, json: {} });
      expect([path, answer.status, answer.body]).toMatchObject([path, 401, { code: 'step-up-required' }]);
      expect(answer.headers['www-authenticate']).toContain('insufficient_user_authentication');
    }
  });

  it('call a signature a step-up exactly where the body is one', () => {
    const signed = routes().filter(({ method, path }) => {
      const item = org.authority.openApi.paths[path.replaceAll(/:(\w+)/g, '{$1}')];
      const body = JSON.stringify((method === 'POST' ? item?.post?.requestBody : undefined) ?? null);
      const schema = /schemas\/(\w+)/.exec(body)?.[1];
      const resolved = schema === undefined ? null : org.authority.openApi.components?.schemas?.[schema];
      const text = body + JSON.stringify(resolved ?? null);
      return text.includes('"statement"') && text.includes('"assertion"');
    });
    expect(signed.length).toBeGreaterThan(3);
    expect(signed.map(({ path }) => path).toSorted()).toEqual(
      routes()
        .filter(({ stepUp }) => stepUp === 'signature')
        .map(({ path }) => path)
        .toSorted(),
    );
  });

  it('are written down in docs/permissions.md', async () => {
    const page = permissionMatrix(org.authority.routes);
    if (process.env.GUISE_UPDATE_DOCS === '1') await writeFile(PAGE, page);
    expect(await readFile(PAGE, 'utf8')).toBe(page);
  });
});

/** Problem details, or an error of SCIM, which has no code. */
const refusal = z.union([
  problem.transform(({ status, code }) => ({ status, code })),
  z.object({ status: z.string().transform(Number), detail: z.string(), code: z.undefined().optional() }),
]);

/** `yes`, or the status by which the caller was kept out; other refusals are the business of the route. */
function refusalOf({ status, body }: ApiAnswer, method: string): string {
  if (status >= 500) return `fails with ${String(status)}`;
  if (status !== 401 && status !== 403) return 'yes';
  if (method === 'HEAD') return String(status);
  const { code } = refusal.parse(body);
  const atTheDoor = code === undefined || code === 'unauthenticated' || code === 'forbidden';
  return atTheDoor ? String(status) : 'yes';
}

/** The route's address with well-formed ids that nothing has. */
function unknownUrl(path: string): string {
  return path
    .replaceAll(/([\w-]+)\/:id/g, (_all, collection: string) => {
      const kind = KINDS[collection];
      if (kind === undefined) throw new Error(`what kind of id has /${collection}/:id?`);
      return `${collection}/${formatId(kind, new Uint8Array(16).fill(7))}`;
    })
    .replace(':userCode', 'BCDF-GHJK')
    .replace(':level', '0')
    .replace('*', '999');
}

interface Sent {
  readonly options?: CallOptions;
  readonly status?: number;
}

/** Valid bodies of the routes that take one; a route that is missing here answers 400 and fails the sweep. */
function bodiesOf(org: TestOrganisation): Readonly<Record<string, Sent>> {
  // Shaped as a signature; no statement was ever offered about an object that is not there.
  const { authenticator } = org.employee;
  const assertion = authenticator.get({ challenge: 'A'.repeat(43), rpId: org.authority.config.rpId });
  const signed = { options: { json: { statement: '{}', assertion } }, status: 422 };
  return {
    'POST /v1/passkeys/:id/rename': { options: { json: { name: 'Laptop' } } },
    'POST /v1/persons/:id/adoption': { options: { json: { userName: 'ada' } } },
    'POST /v1/persons/:id/roles': { options: { json: { roles: ['employee'] } } },
    'POST /v1/device-authorizations/:userCode/approval': signed,
    'PUT /v1/enrolments/:id/capture': { options: multipart({ file: Buffer.from('face') }) },
    'POST /v1/avatars/:id/consent-offer': { options: { json: scopeFor(org.authority, org.employee) } },
    'POST /v1/avatars/:id/consents': signed,
    'POST /v1/avatars/:id/approval-offer': { options: { json: { decision: 'approve' } } },
    'POST /v1/avatars/:id/approvals': signed,
    'POST /v1/consent-requests/:id/decline': { options: { json: {} } },
    'POST /v1/policies/:id/approval': signed,
    'PUT /scim/v2/Users/:id': { options: { json: { schemas: [USER], userName: 'ada' } } },
    'PATCH /scim/v2/Users/:id': {
      options: { json: { schemas: [PATCH], Operations: [{ op: 'replace', value: { active: false } }] } },
    },
    'POST /v1/sessions/:id/evidence': { options: { json: { segment: 'a.b.c' } } },
    'POST /v1/sessions/:id/keys': { options: { json: { epoch: 1, key: 'ab'.repeat(32) } } },
    'POST /v1/sessions/:id/close': { options: { json: { reason: 'finished' } } },
  };
}

function asMethod(method: string): Method {
  switch (method) {
    case 'GET':
    case 'HEAD':
    case 'POST':
    case 'PUT':
    case 'PATCH':
    case 'DELETE':
      return method;
    default:
      throw new Error(`a route of an unexpected method: ${method}`);
  }
}
