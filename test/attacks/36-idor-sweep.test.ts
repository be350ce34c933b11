/**
 * THREATS 36 (IDOR, all of it): every route that names an object × every kind of caller × another person's object. The
 * routes come from the running application: a new one that is not described here fails the sweep. Whoever is let in without
 * being concerned is told the same as of an object that does not exist. Whose work it is by role is named.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  activeExecutiveAvatar,
  enrol,
  invitePerson,
  multipart,
  openTestOrganisation,
  openTestSession,
  pairDevice,
  provisioningToken,
  SCIM_PATCH,
  SCIM_USER,
  scopeFor,
  testDatabases,
  textOf,
  type ApiAnswer,
  type CallOptions,
  type Method,
  type TestDevice,
  type TestOrganisation,
  type TestPerson,
} from '@guise/authority/testing';
import { DEFAULT_POLICY } from '@guise/consent';
import { formatId, ID_PREFIXES, type IdKind } from '@guise/protocol';

const ATTACKERS = ['nobody', 'employee', 'admin', 'auditor', 'device', 'provisioning'] as const;
type Attacker = (typeof ATTACKERS)[number];

/** Whose work it is on objects of others, by role, with why. */
type Work = readonly [by: readonly Attacker[], why: string];

/** What a route that names an object is sent. */
interface Named {
  readonly kind: IdKind;
  readonly options?: CallOptions;
  readonly work?: Work;
}

/** Routes whose parameter names no person's object. */
const IMPERSONAL: Readonly<Record<string, string>> = {
  'GET /log/tile/:level/*': 'the log is public',
  'HEAD /log/tile/:level/*': 'the log is public',
  'GET /v1/status-lists/:list': 'status lists are public and name nobody',
  'HEAD /v1/status-lists/:list': 'status lists are public and name nobody',
  'GET /v1/device-authorizations/:userCode/statement':
    'a code is nobody’s until whoever reads it confirms it',
  'HEAD /v1/device-authorizations/:userCode/statement': 'as GET',
  'POST /v1/device-authorizations/:userCode/approval': 'as its statement; signed with the own passkey',
};

/** Lists in which a role finds objects of others, because they are its work. */
const LISTS_BY_ROLE: Readonly<Record<string, readonly Attacker[]>> = {
  '/v1/admin-grants': ['admin', 'auditor'],
  '/v1/avatars': ['admin', 'auditor'],
  '/v1/persons': ['admin'],
  '/v1/provisioning-clients': ['admin'],
  '/v1/recoveries': ['admin'],
  // Admins are told of recoveries.
  '/v1/me/notices': ['admin'],
  '/v1/me/export': ['admin'],
};

const SEES_ALL: Work = [['admin', 'auditor'], 'admins approve and auditors verify all avatars'];
const DECIDES: Work = [['admin'], 'admins decide about avatars'];
const POLICY: Work = [['admin'], 'policies are the admins’'];
const GRANT: Work = [['admin'], 'admins make admins, two together'];
const RECOVERY: Work = [['admin'], 'recoveries are led, and can be stopped, by admins'];

describe.each(await testDatabases())('objects of others on %s', (kind) => {
  let org: TestOrganisation;
  let attackerDevice: TestDevice;
  let provisioning: string;
  let otherAuditor: TestPerson;
  let victim: Readonly<
    Record<Exclude<IdKind, 'approval' | 'permit' | 'invitation' | 'personNotice'>, string>
  >;
  let before: unknown;

  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    attackerDevice = await pairDevice(org.authority, org.employee, 'attacker');
    provisioning = await provisioningToken(org.authority, org.adminA);
    otherAuditor = await invitePerson(org.authority, org.adminA, 'Second auditor', ['auditor']);
    victim = await objectsOf();
    before = await snapshot();
  });
  afterAll(() => org.authority.close());

  /** One object of each kind, of the executive unless only another can have it. */
  async function objectsOf(): Promise<typeof victim> {
    const { authority, executive, adminA, adminC } = org;
    const { api, clock, database } = authority;
    const post = async (person: TestPerson, url: string, json: unknown): Promise<unknown> =>
      (await api.post(url, json, { token: person.token })).body;
    const get = async (url: string): Promise<unknown> =>
      (await api.get(url, { token: executive.token })).body;
    const sourceFace = textOf((await enrol(org, executive, 'face:victim')).body, 'sourceFace');
    const device = await pairDevice(authority, executive, 'victim');
    const avatar = await activeExecutiveAvatar(org, executive);
    const shown = await get(`/v1/avatars/${avatar}`);
    const session = await openTestSession(authority, device, { id: avatar, sha256: textOf(shown, 'sha256') });
    const asked = {
      ...{ avatar, reason: 'A talk', purposes: ['meeting'], audience: ['internal'] },
      notAfter: clock.nowSeconds() + 3600,
    };
    const colleague = await invitePerson(authority, adminA, 'Colleague', ['employee']);
    const notice = await get('/v1/notices/enrolment');
    const release = {
      noticeSha256: textOf(notice, 'sha256'),
      locale: textOf(notice, 'locale'),
      release: true,
    };
    const first = (list: unknown): string => textOf((list as readonly unknown[])[0], 'id');
    const verification = formatId('verification', new Uint8Array(16).fill(9));
    await database.client.verification.create({
      data: {
        ...{ id: verification, personId: otherAuditor.id, mediaSha256: 'ab'.repeat(32), verdict: 'unmarked' },
        ...{ report: {}, createdAt: clock.now() },
      },
    });
    const future = { displayName: 'Future admin', roles: ['admin'] };
    return {
      adminGrant: textOf(await post(adminA, '/v1/invitations', future), 'adminGrant'),
      person: executive.id,
      device: device.id,
      sourceFace,
      enrolment: textOf(await post(executive, '/v1/enrolments', release), 'id'),
      avatar,
      consent: textOf(shown, 'consent'),
      session: session.id,
      verification,
      consentRequest: textOf(await post(colleague, '/v1/consent-requests', asked), 'id'),
      policy: textOf(await post(adminC, '/v1/policies', DEFAULT_POLICY), 'id'),
      passkey: first(await get('/v1/passkeys')),
      signIn: first(await get('/v1/sign-ins')),
      recovery: textOf(await post(adminA, '/v1/recoveries', { person: executive.id, reason: 'lost' }), 'id'),
      provisioningClient: textOf(await post(adminA, '/v1/provisioning-clients', { name: 'HR' }), 'id'),
    };
  }

  /** What a refused call must not change. */
  async function snapshot(): Promise<unknown> {
    const { client } = org.authority.database;
    const one = { where: { id: victim.person } };
    return {
      person: await client.person.findUnique(one),
      avatars: await client.avatar.findMany({ orderBy: { id: 'asc' } }),
      consents: await client.consent.findMany({ orderBy: { id: 'asc' } }),
      requests: await client.consentRequest.findMany({ orderBy: { id: 'asc' } }),
      device: await client.device.findUnique({ where: { id: victim.device } }),
      passkeys: await client.passkey.findMany({ where: { personId: victim.person }, orderBy: { id: 'asc' } }),
      faces: await client.sourceFace.findMany({ where: { personId: victim.person } }),
      enrolment: await client.enrolment.findUnique({ where: { id: victim.enrolment } }),
      session: await client.wearSession.findUnique({ where: { id: victim.session } }),
      signIns: await client.signIn.count({ where: { personId: victim.person } }),
      recovery: await client.recovery.findUnique({ where: { id: victim.recovery } }),
      grant: await client.adminGrant.findUnique({ where: { id: victim.adminGrant } }),
      policy: await client.policy.findUnique({ where: { id: victim.policy } }),
      provisioning: await client.provisioningClient.findUnique({ where: { id: victim.provisioningClient } }),
    };
  }

  /** Every route with an object in its address. Bodies are such that only the owner is missing. */
  function named(): Readonly<Record<string, Named>> {
    const assertion = org.employee.authenticator.get({
      challenge: 'A'.repeat(43),
      rpId: org.authority.config.rpId,
    });
    const signed: CallOptions = { json: { statement: '{}', assertion } };
    const empty: CallOptions = { json: {} };
    const scim: CallOptions = { json: { schemas: [SCIM_USER], userName: 'taken over' } };
    const scimPatch: CallOptions = {
      json: { schemas: [SCIM_PATCH], Operations: [{ op: 'replace', value: { active: false } }] },
    };
    return {
      'POST /v1/admin-grants/:id/approval': { kind: 'adminGrant', options: empty, work: GRANT },
      'POST /v1/admin-grants/:id/cancel': { kind: 'adminGrant', options: empty, work: GRANT },
      'GET /v1/avatars/:id': { kind: 'avatar', work: SEES_ALL },
      'GET /v1/avatars/:id/bundle': { kind: 'avatar', work: SEES_ALL },
      'POST /v1/avatars/:id/approval-offer': {
        kind: 'avatar',
        options: { json: { decision: 'approve' } },
        work: DECIDES,
      },
      'POST /v1/avatars/:id/approvals': { kind: 'avatar', options: signed, work: DECIDES },
      'POST /v1/avatars/:id/consent-offer': {
        kind: 'avatar',
        options: { json: scopeFor(org.authority, org.employee) },
        work: [['admin', 'auditor'], 'who sees all avatars is told that only the subject consents'],
      },
      'POST /v1/avatars/:id/consents': { kind: 'avatar', options: signed },
      'POST /v1/avatars/:id/erase': {
        kind: 'avatar',
        options: empty,
        work: [['admin', 'auditor'], 'who sees all avatars is told that only the subject erases'],
      },
      'POST /v1/avatars/:id/submit': {
        kind: 'avatar',
        options: empty,
        work: [['admin', 'auditor'], 'who sees all avatars is told that only the drafter submits'],
      },
      'POST /v1/avatars/:id/suspend': { kind: 'avatar', options: empty, work: DECIDES },
      'POST /v1/avatars/:id/withdraw': {
        kind: 'avatar',
        options: empty,
        work: [['admin', 'auditor'], 'who sees all avatars is told that only the subject withdraws'],
      },
      'POST /v1/consent-requests/:id/cancel': { kind: 'consentRequest', options: empty },
      'POST /v1/consent-requests/:id/decline': { kind: 'consentRequest', options: empty },
      'POST /v1/consent-requests/:id/offer': { kind: 'consentRequest', options: empty },
      'GET /v1/consents/:id/receipt': {
        kind: 'consent',
        work: [['admin', 'auditor'], 'admins approve under it and auditors verify by it'],
      },
      'POST /v1/consents/:id/withdraw': { kind: 'consent', options: empty },
      'POST /v1/devices/:id/revoke': { kind: 'device', options: empty },
      'PUT /v1/enrolments/:id/capture': {
        kind: 'enrolment',
        options: multipart({ file: Buffer.from('face') }),
      },
      'POST /v1/passkeys/:id/remove': { kind: 'passkey', options: empty },
      'POST /v1/passkeys/:id/rename': { kind: 'passkey', options: { json: { name: 'Mine' } } },
      'POST /v1/persons/:id/adoption': {
        kind: 'person',
        options: { json: { userName: 'victim' } },
        work: [['admin'], 'admins say whom the directory takes over'],
      },
      'POST /v1/persons/:id/invitation': {
        kind: 'person',
        options: empty,
        work: [['admin'], 'admins invite'],
      },
      'POST /v1/persons/:id/roles': {
        kind: 'person',
        options: { json: { roles: ['auditor'] } },
        work: [['admin'], 'admins give roles'],
      },
      'POST /v1/policies/:id/approval': { kind: 'policy', options: signed, work: POLICY },
      'POST /v1/policies/:id/approval-offer': { kind: 'policy', options: empty, work: POLICY },
      'POST /v1/policies/:id/reject': { kind: 'policy', options: empty, work: POLICY },
      'POST /v1/provisioning-clients/:id/revoke': {
        kind: 'provisioningClient',
        options: empty,
        work: [['admin'], 'provisioning is the admins’'],
      },
      'POST /v1/provisioning-clients/:id/rotate': {
        kind: 'provisioningClient',
        options: empty,
        work: [['admin'], 'provisioning is the admins’'],
      },
      'POST /v1/recoveries/:id/approval': { kind: 'recovery', options: empty, work: RECOVERY },
      'POST /v1/recoveries/:id/cancel': { kind: 'recovery', options: empty, work: RECOVERY },
      'POST /v1/recoveries/:id/part': { kind: 'recovery', options: empty, work: RECOVERY },
      'POST /v1/sessions/:id/close': { kind: 'session', options: { json: { reason: 'finished' } } },
      'GET /v1/sessions/:id/events': { kind: 'session' },
      'POST /v1/sessions/:id/evidence': { kind: 'session', options: { json: { segment: 'a.b.c' } } },
      'POST /v1/sessions/:id/keys': {
        kind: 'session',
        options: { json: { epoch: 1, key: 'ab'.repeat(32) } },
      },
      'GET /v1/sessions/:id/lease': { kind: 'session' },
      'POST /v1/sign-ins/:id/revoke': { kind: 'signIn', options: empty },
      'POST /v1/source-faces/:id/erase': { kind: 'sourceFace', options: empty },
      'GET /v1/source-faces/:id/template': { kind: 'sourceFace' },
      'GET /v1/verifications/:id': { kind: 'verification' },
      'GET /scim/v2/Users/:id': { kind: 'person' },
      'PUT /scim/v2/Users/:id': { kind: 'person', options: scim },
      'PATCH /scim/v2/Users/:id': { kind: 'person', options: scimPatch },
      'DELETE /scim/v2/Users/:id': { kind: 'person' },
    };
  }

  const ask = (
    attacker: Attacker,
    method: Method,
    url: string,
    options: CallOptions = {},
  ): Promise<ApiAnswer> => {
    if (attacker === 'device') return attackerDevice.call(method, url, options.json);
    const tokens = {
      nobody: undefined,
      employee: org.employee.token,
      admin: org.adminB.token,
      auditor: org.auditor.token,
      provisioning,
    };
    return org.authority.api.call(method, url, { ...options, token: tokens[attacker] });
  };
  const withoutTrace = ({ status, body }: ApiAnswer): unknown => ({
    status,
    body: typeof body === 'object' && body !== null ? { ...body, traceId: '' } : body,
  });
  const unknown = (kindOf: IdKind): string => formatId(kindOf, new Uint8Array(16).fill(7));
  const idOf = (kindOf: IdKind): string => {
    const id: unknown = Reflect.get(victim, kindOf);
    if (typeof id !== 'string') throw new Error(`no ${kindOf} of the victim`);
    return id;
  };

  it('are described route by route: a new route that names one must be added here', () => {
    const withParameter = org.authority.routes
      .filter(({ path }) => /[:*]/.test(path))
      .map(({ method, path }) => `${method} ${path}`);
    expect(withParameter.length).toBeGreaterThan(40);
    const described = new Set([...Object.keys(named()), ...Object.keys(IMPERSONAL)]);
    const asRead = (route: string) => route.replace(/^HEAD /, 'GET ');
    expect(withParameter.filter((route) => !described.has(asRead(route)))).toEqual([]);
    expect([...described].filter((route) => !withParameter.includes(route))).toEqual([]);
    for (const [kindOf, id] of Object.entries(victim)) {
      expect(id.startsWith(`${ID_PREFIXES[kindOf as IdKind]}_`), kindOf).toBe(true);
    }
  });

  it('are refused to every caller whose work they are not, as if they did not exist', async () => {
    const routes = named();
    let refused = 0;
    for (const { method, path, stepUp } of org.authority.routes) {
      const route = `${method} ${path}`;
      const entry = routes[route.replace(/^HEAD /, 'GET ')];
      if (entry === undefined) continue;
      for (const attacker of ATTACKERS.filter((each) => entry.work?.[0].includes(each) !== true)) {
        const send = (id: string) => ask(attacker, asMethod(method), path.replace(':id', id), entry.options);
        const answer = await send(idOf(entry.kind));
        // A signature over what was never offered is refused as such, whatever it is about.
        const expected = stepUp === 'signature' ? [401, 403, 422] : [401, 403, 404];
        expect(expected, `${route} by ${attacker}: ${JSON.stringify(answer.body)}`).toContain(answer.status);
        expect(withoutTrace(answer), `${route} by ${attacker}`).toEqual(
          withoutTrace(await send(unknown(entry.kind))),
        );
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(180);
  });

  it('are refused in bodies as well', async () => {
    const { authority, employee } = org;
    const asked = (avatar: string) => ({
      ...{ avatar, purpose: 'meeting', audience: 'internal' },
      session: victim.session,
    });
    const permit = await attackerDevice.call('POST', '/v1/permits', asked(victim.avatar));
    expect([403, 404, 409]).toContain(permit.status);
    const none = { ...asked(victim.avatar), session: unknown('session') };
    expect(withoutTrace(permit)).toEqual(
      withoutTrace(await attackerDevice.call('POST', '/v1/permits', none)),
    );
    const foreign = await authority.api.post(
      '/v1/recoveries',
      { person: victim.person, reason: 'mine' },
      { token: employee.token },
    );
    expect(foreign.status).toBe(403);
  });

  it('are in no list of whoever they do not concern', async () => {
    const secret = Object.entries(victim).filter(([name]) => !['person', 'avatar', 'policy'].includes(name));
    let lists = 0;
    for (const { method, path } of org.authority.routes) {
      if (method !== 'GET' || /[:*]/.test(path)) continue;
      for (const attacker of ATTACKERS) {
        if (LISTS_BY_ROLE[path]?.includes(attacker) === true) continue;
        const text = JSON.stringify((await ask(attacker, 'GET', path)).body);
        const leaked = secret.filter(([, id]) => text.includes(id)).map(([name]) => name);
        expect([path, attacker, leaked]).toEqual([path, attacker, []]);
        lists += 1;
      }
    }
    expect(lists).toBeGreaterThan(100);
  });

  it('are as they were', async () => {
    expect(await snapshot()).toEqual(before);
  });
});

function asMethod(method: string): Method {
  const known: readonly Method[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const found = known.find((each) => each === method);
  if (found === undefined) throw new Error(`a route of an unexpected method: ${method}`);
  return found;
}
