/**
 * THREATS 37: members of a body that nobody asked for reach the database. Defence: a schema on every body that names each
 * member, in nested objects too; no body is ever spread into a query. Routes and schemas come from the running application:
 * a new route with a body that is not tried here fails the sweep.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  draftAvatar,
  enrol,
  makeBundle,
  multipart,
  openTestOrganisation,
  openTestSession,
  activeExecutiveAvatar,
  pairDevice,
  askPermit,
  provisioningToken,
  Reconciliation,
  ScimClient,
  textOf,
  type ApiAnswer,
  type TestOrganisation,
} from '@guise/authority/testing';
import { MARK, POISON, PRIVILEGED, withEachMember, withOpenMembers } from './privileged-members.js';
import { validBodies, type ValidBody } from './valid-bodies.js';

/** Routes whose body is no JSON object that a schema of ours closes, and where they are attacked. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'POST /v1/avatars': 'a form, below',
  'PUT /v1/enrolments/:id/capture': 'a form, below',
  'POST /v1/portrait-judgements': 'a form, below',
  'POST /v1/detect': 'a form, below',
  'POST /v1/verifications': 'a form, below',
  'POST /scim/v2/Users': 'a standard whose unknown attributes are dropped, below and in test 35',
  'PUT /scim/v2/Users/:id': 'as POST',
  'PATCH /scim/v2/Users/:id': 'as POST',
  'POST /v1/shared-signals/events': 'a token that the transmitter signed, test 33',
};
/** What every request leaves, whoever sends what. */
const LEFT_BY_REQUESTS = ['DpopProof', 'SignIn', 'SignInThrottle', 'Ceremony'];
/** Written by the sequencer when it comes to it; LedgerEntry is what a change stages. */
const WRITTEN_LATER = ['LedgerTile', 'LedgerHead', 'LedgerCheckpoint'];
const SOURCES = join(import.meta.dirname, '../../apps/authority/src');

describe('mass assignment', () => {
  let org: TestOrganisation;
  beforeAll(async () => {
    org = await openTestOrganisation('embedded');
    await enrol(org, org.employee, 'face:employee');
  });
  afterAll(() => org.authority.close());

  const changing = (): string[] =>
    org.authority.routes
      .filter(({ method }) => ['POST', 'PUT', 'PATCH'].includes(method))
      .map(({ method, path }) => `${method} ${path}`);
  /** The JSON schema of a route's body as the application serves it, or null. */
  const schemaOf = (route: string): unknown => {
    const [method = '', path = ''] = route.split(' ');
    const item: unknown = org.authority.openApi.paths[path.replaceAll(/:(\w+)/g, '{$1}')];
    const operation: unknown = Reflect.get(Object(item), method.toLowerCase());
    const content: unknown = Reflect.get(Object(Reflect.get(Object(operation), 'requestBody')), 'content');
    const json: unknown = Reflect.get(Object(content), 'application/json');
    return Reflect.get(Object(json), 'schema') ?? null;
  };
  const withSchema = (): string[] => changing().filter((route) => schemaOf(route) !== null);

  it('is tried on every route that takes a body: a new one must be added', () => {
    const bodies = withSchema();
    expect(bodies.length).toBeGreaterThan(25);
    expect(Object.keys(validBodies(org)).toSorted()).toEqual(bodies.toSorted());
    const all = changing();
    expect(Object.keys(OTHERWISE).filter((route) => !all.includes(route))).toEqual([]);
  });

  it('finds no body where none is declared: nothing else reads one', async () => {
    const readers: string[] = [];
    for (const name of await readdir(SOURCES, { recursive: true })) {
      if (!name.endsWith('.ts') || name.endsWith('.test.ts') || name.startsWith('testing/')) continue;
      const text = await readFile(join(SOURCES, name), 'utf8');
      if (/request\.(?:body|raw)\b|\brequest\.parts\(|@Body\(\)/.test(text)) readers.push(name);
    }
    // The first is multipart and by name, the second a signed token.
    expect(readers.toSorted()).toEqual(['http/upload.ts', 'shared-signals/shared-signals.controller.ts']);
  });

  it('finds every object of every schema closed, however deep', () => {
    const open = withSchema().flatMap((route) => openObjects(schemaOf(route)).map((at) => `${route} ${at}`));
    // What browsers say of a passkey.
    expect(open.filter((each) => !/\/(?:response|clientExtensionResults)$/.test(each))).toEqual([]);
  });

  it(
    'is refused with the pointer of the foreign member, and changes nothing',
    { timeout: 240_000 },
    async () => {
      let tried = 0;
      for (const [route, make] of Object.entries(validBodies(org))) {
        const valid = await make();
        const before = await contents(org);
        for (const { pointer, body } of withEachMember(valid.body, PRIVILEGED, valid.open)) {
          const answer = await valid.send(body);
          expect([route, pointer, answer.status, pointersOf(answer)]).toEqual([
            route,
            pointer,
            400,
            [pointer],
          ]);
          tried += 1;
        }
        for (const poison of POISON) {
          for (const { pointer, body } of withEachMember(valid.body, poison)) {
            expect([route, pointer, (await valid.send(body)).status]).toEqual([route, pointer, 400]);
          }
        }
        expect(await contents(org), route).toEqual(before);
        await expectAccepted(route, valid);
      }
      expect(tried).toBeGreaterThan(500);
    },
  );

  it('is refused in and beside the parts of a form', async () => {
    const { api, database } = org.authority;
    const before = await database.client.avatar.count();
    const meta = { name: 'Eve', kind: 'executive', likeness: 'artwork', subject: org.executive.id };
    const options = { kind: 'executive', likeness: 'artwork', face: null } as const;
    for (const { body } of withEachMember(meta, PRIVILEGED)) {
      const answer = await draftAvatar(org, org.adminA, org.executive, options, body);
      expect([answer.status, pointersOf(answer)]).toEqual([400, ['/meta']]);
    }
    const bundle = await makeBundle(org.judge, options);
    const forms = { bundle, file: Buffer.from('face') };
    const token = { token: org.employee.token };
    for (const [method, url, person, parts] of [
      ['POST', '/v1/avatars', org.adminA, { meta: JSON.stringify(meta), bundle }],
      ['PUT', `/v1/enrolments/enr_${'a'.repeat(26)}/capture`, org.employee, { file: forms.file }],
      [
        'POST',
        '/v1/portrait-judgements',
        org.employee,
        { meta: JSON.stringify({ role: 'picture' }), file: forms.file },
      ],
      ['POST', '/v1/detect', org.employee, { file: forms.file }],
      ['POST', '/v1/verifications', org.auditor, { file: forms.file }],
    ] as const) {
      for (const name of ['state', 'subject', 'role', '__proto__', 'constructor']) {
        const form = multipart({ ...parts, [name]: 'admin' });
        const answer = await api.call(method, url, { ...token, token: person.token, ...form });
        expect([url, name, answer.status >= 400 && answer.status < 500]).toEqual([url, name, true]);
      }
    }
    expect(await database.client.avatar.count()).toBe(before);
  });

  it('is refused inside what a device signs', async () => {
    const { authority, employee } = org;
    const device = await pairDevice(authority, employee, 'signer');
    const id = await activeExecutiveAvatar(org, employee);
    const { sha256 } = await authority.database.client.avatar.findUniqueOrThrow({ where: { id } });
    const foreign: readonly Readonly<Record<string, unknown>>[] = [
      { person: org.adminA.id },
      { state: 'open' },
      { receivedAt: 0 },
      { wearer: {} },
    ];
    for (const extra of foreign) {
      const { answer } = await askPermit(authority, device, { id, sha256 }, { opening: extra });
      expect([extra, answer.status, textOf(answer.body, 'code')]).toEqual([extra, 403, 'session-mismatch']);
    }
    const session = await openTestSession(authority, device, { id, sha256 });
    for (const extra of foreign) {
      const answer = await session.submit(await session.segment([0], extra));
      expect([extra, answer.status >= 400 && answer.status < 500]).toEqual([extra, true]);
    }
    expect(await authority.database.client.evidenceSegment.count({ where: { sessionId: session.id } })).toBe(
      0,
    );
  });

  it('is dropped where the standard has everybody drop what they do not know (SCIM)', async () => {
    const { authority, adminA } = org;
    const scim = new ScimClient(authority, await provisioningToken(authority, adminA));
    const { roles: _roles, ...extras } = PRIVILEGED;
    const id = textOf((await scim.create({ ...extras, userName: 'mallory' })).body, 'id');
    expect(id).not.toBe(PRIVILEGED.id);
    const user = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'mallory' };
    const replaced = await scim.call('PUT', `Users/${id}`, { ...extras, ...user });
    const patched = await scim.patch(id, {
      op: 'replace',
      value: { displayName: 'M', ...extras },
      ...extras,
    });
    expect([replaced.status, patched.status]).toEqual([200, 400]);
    expect(await authority.database.client.person.findUniqueOrThrow({ where: { id } })).toMatchObject({
      displayName: 'mallory',
      roles: ['employee'],
    });
  });

  it('left nothing anywhere in the database, and made nobody an admin', async () => {
    const stored = Object.entries(await contents(org, [])).filter(([, rows]) => String(rows).includes(MARK));
    expect(stored).toEqual([]);
    const admins = await org.authority.database.client.person.count({ where: { roles: { has: 'admin' } } });
    expect(admins).toBe(3);
    // Whatever was accepted above is what the ledger says of it.
    expect(await org.authority.app.get(Reconciliation, { strict: false }).sweep()).toEqual([]);
  });
});

/** The same body without the foreign members: so it was them that were refused. */
async function expectAccepted(route: string, { body, open = [], status, send }: ValidBody): Promise<void> {
  const answer = await send(withOpenMembers(body, PRIVILEGED, open));
  const seen = status === undefined ? Math.floor(answer.status / 100) : answer.status;
  expect([route, seen, status === undefined ? null : answer.body]).toMatchObject([route, status ?? 2, {}]);
}

function pointersOf({ body }: ApiAnswer): unknown {
  const errors: unknown = Reflect.get(Object(body), 'errors');
  return Array.isArray(errors) ? errors.map((error: unknown) => textOf(error, 'pointer')) : body;
}

/** Where a JSON schema lets an object have members that it does not name. */
function openObjects(schema: unknown, at = ''): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const isObject = Reflect.get(schema, 'type') === 'object';
  const own = isObject && Reflect.get(schema, 'additionalProperties') !== false ? [at] : [];
  const below = Object.entries(schema).flatMap(([name, value]) =>
    openObjects(value, ['properties', 'items', 'oneOf', 'anyOf'].includes(name) ? at : `${at}/${name}`),
  );
  return [...own, ...below];
}

/** Every row of every table as text; of the ledger how many entries, for their state changes by itself. */
async function contents(
  { authority }: TestOrganisation,
  without: readonly string[] = LEFT_BY_REQUESTS,
): Promise<Readonly<Record<string, unknown>>> {
  const { client } = authority.database;
  const tables = await client.$queryRaw<{ name: string }[]>`
    SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = current_schema()`;
  const kept = tables
    .map(({ name }) => name)
    .filter((name) => ![...without, ...WRITTEN_LATER].includes(name));
  expect(kept.length).toBeGreaterThan(20);
  const rows: Record<string, unknown> = {};
  for (const name of kept.toSorted()) {
    const what =
      name === 'LedgerEntry'
        ? 'count(*)::text'
        : `coalesce(string_agg(row_to_json(t)::text, ' ' ORDER BY row_to_json(t)::text), '')`;
    const [row] = await client.$queryRawUnsafe<{ text: string }[]>(`SELECT ${what} AS text FROM "${name}" t`);
    rows[name] = row?.text;
  }
  return rows;
}
