/** For every route that takes a JSON body: one that it accepts, from a caller whom it lets in. */
import {
  askPermit,
  decideOn,
  draftAvatar,
  consentTo,
  invitePerson,
  newAuthenticator,
  openTestSession,
  pairDevice,
  proofFor,
  scopeFor,
  signIn,
  textOf,
  deviceSigner,
  activeExecutiveAvatar,
  type ApiAnswer,
  type CallOptions,
  type TestOrganisation,
  type TestPerson,
} from '@guise/authority/testing';
import { DEFAULT_POLICY } from '@guise/consent';

/** One request that succeeds as it stands. */
export interface ValidBody {
  readonly body: object;
  /** Pointers of objects in it that take any member, because a browser writes them. */
  readonly open?: readonly string[];
  /** What the plain body is answered, when it is no success: a rule that only bodies in order come to. */
  readonly status?: number;
  readonly send: (body: unknown) => Promise<ApiAnswer>;
}

/** What browsers say of a passkey is bounded here and read by nobody but the verifier of signatures. */
const SAID_BY_BROWSERS = ['response', 'clientExtensionResults'];
const inResponse = SAID_BY_BROWSERS.map((name) => `/response/${name}`);
const inAssertion = SAID_BY_BROWSERS.map((name) => `/assertion/${name}`);
const EXECUTIVE = { kind: 'executive', likeness: 'artwork', face: null } as const;

/** Each is made anew when it is asked for, so that none uses up what another needs. */
export function validBodies(org: TestOrganisation): Readonly<Record<string, () => Promise<ValidBody>>> {
  const { authority, adminA, adminB, adminC, executive, employee } = org;
  const { api } = authority;
  let made = 0;
  const unique = (name: string): string => {
    made += 1;
    return `${name} ${String(made)}`;
  };
  const as = (person: TestPerson | undefined, url: string, body: object): ValidBody => ({
    body,
    send: (json) => api.post(url, json, { token: person?.token }),
  });
  const post = async (person: TestPerson | undefined, url: string, json: unknown = {}): Promise<unknown> =>
    (await api.post(url, json, { token: person?.token })).body;
  const get = async (person: TestPerson, url: string): Promise<unknown> =>
    (await api.get(url, { token: person.token })).body;
  const optionsOf = (offer: unknown): unknown => Reflect.get(Object(offer), 'options');
  const invitation = async (): Promise<string> =>
    textOf(await post(adminA, '/v1/invitations', { displayName: 'New', roles: ['employee'] }), 'token');
  const draft = async (): Promise<string> =>
    textOf((await draftAvatar(org, adminA, executive, EXECUTIVE)).body, 'id');
  const consented = async (): Promise<string> => {
    const avatar = await draft();
    await consentTo(org, executive, avatar, scopeFor(authority, employee));
    return avatar;
  };
  const signed = async (person: TestPerson, offerUrl: string, url: string, wish: unknown) => ({
    ...as(person, url, person.sign(await post(person, offerUrl, wish))),
    open: inAssertion,
  });
  const created = (person: TestPerson | undefined, offer: unknown, url: string, name: string) => {
    const authenticator = newAuthenticator(authority, textOf(offer, 'ceremony'));
    const body = {
      ceremony: textOf(offer, 'ceremony'),
      response: authenticator.create(optionsOf(offer)),
      name,
    };
    return { ...as(person, url, body), open: inResponse };
  };
  const answered = async (person: TestPerson, url: string, offerUrl: string, token?: string) => {
    const offer = (await api.post(offerUrl, {}, { token })).body;
    const body = {
      ceremony: textOf(offer, 'ceremony'),
      response: person.authenticator.get(optionsOf(offer)),
    };
    return { body, open: inResponse, send: (json: unknown) => api.post(url, json, { token }) };
  };
  const withProof = async (url: string, seed: string): Promise<CallOptions> => ({
    headers: { dpop: await proofFor(authority, await deviceSigner(seed), 'POST', url) },
  });
  const pairing = async (seed: string): Promise<unknown> => {
    const url = '/v1/device-authorizations';
    return (await api.post(url, { deviceName: 'Laptop' }, await withProof(url, seed))).body;
  };
  const approvePairing = async (started: unknown): Promise<ValidBody> => {
    const url = `/v1/device-authorizations/${textOf(started, 'user_code')}`;
    const offer = await get(employee, `${url}/statement`);
    return { ...as(employee, `${url}/approval`, employee.sign(offer)), open: inAssertion };
  };
  const exchange = (seed: string, body: object): ValidBody => ({
    body,
    send: async (json) => api.post('/v1/token', json, await withProof('/v1/token', seed)),
  });
  const worn = async () => {
    const id = await activeExecutiveAvatar(org, employee);
    return { id, sha256: textOf(await get(employee, `/v1/avatars/${id}`), 'sha256') };
  };
  const session = async (seed: string) => {
    const device = await pairDevice(authority, employee, unique(seed));
    return { device, session: await openTestSession(authority, device, await worn()) };
  };
  const asked = async () => ({
    ...{ avatar: (await worn()).id, reason: 'A talk', purposes: ['meeting'], audience: ['internal'] },
    notAfter: authority.clock.nowSeconds() + 3600,
  });
  const rotation = { use: 'permit', reason: 'planned' };

  return {
    'POST /v1/recoveries': async () => {
      const lost = await invitePerson(authority, adminA, 'Lost', ['employee']);
      return as(adminA, '/v1/recoveries', { person: lost.id, reason: 'lost' });
    },
    'POST /v1/passkeys/registration/options': async () =>
      as(undefined, '/v1/passkeys/registration/options', { invitation: await invitation() }),
    'POST /v1/passkeys/registration': async () => {
      const offer = await post(undefined, '/v1/passkeys/registration/options', {
        invitation: await invitation(),
      });
      return created(undefined, offer, '/v1/passkeys/registration', 'First');
    },
    'POST /v1/passkeys/authentication': () =>
      answered(employee, '/v1/passkeys/authentication', '/v1/passkeys/authentication/options'),
    'POST /v1/step-up': async () => {
      const token = textOf((await signIn(api, employee.authenticator)).body, 'token');
      return answered(employee, '/v1/step-up', '/v1/step-up/options', token);
    },
    'POST /v1/passkeys': async () =>
      created(employee, await post(employee, '/v1/passkeys/options'), '/v1/passkeys', 'Second'),
    'POST /v1/passkeys/:id/rename': async () => {
      const [passkey] = (await get(employee, '/v1/passkeys')) as readonly unknown[];
      return as(employee, `/v1/passkeys/${textOf(passkey, 'id')}/rename`, { name: 'Mine' });
    },
    'POST /v1/persons/:id/adoption': async () => {
      const { id } = await invitePerson(authority, adminA, 'Colleague', ['employee']);
      return as(adminA, `/v1/persons/${id}/adoption`, { userName: `colleague ${id}` });
    },
    'POST /v1/me/leave': async () => {
      const leaver = await invitePerson(authority, adminA, unique('Leaver'), ['employee']);
      return as(leaver, '/v1/me/leave', { leave: 'for good' });
    },
    'POST /v1/me/notice-address': async () => {
      const person = await invitePerson(authority, adminA, 'Reader', ['employee']);
      // No mail is sent here.
      return { ...as(person, '/v1/me/notice-address', { email: 'reader@example.org' }), status: 409 };
    },
    'POST /v1/me/notice-address/confirmation': async () => {
      const person = await invitePerson(authority, adminA, 'Reader', ['employee']);
      return { ...as(person, '/v1/me/notice-address/confirmation', { code: 'BCDF-GHJK' }), status: 409 };
    },
    'POST /v1/persons/:id/roles': async () => {
      const { id } = await invitePerson(authority, adminA, 'Colleague', ['employee']);
      return as(adminA, `/v1/persons/${id}/roles`, { roles: ['employee', 'auditor'] });
    },
    'POST /v1/invitations': () =>
      Promise.resolve(as(adminA, '/v1/invitations', { displayName: 'Eve', roles: ['employee'] })),
    'POST /v1/provisioning-clients': () =>
      Promise.resolve(as(adminA, '/v1/provisioning-clients', { name: 'HR', linksSubjects: false })),
    'POST /v1/device-authorizations': () => {
      const url = '/v1/device-authorizations';
      const send = async (json: unknown) => api.post(url, json, await withProof(url, 'asked'));
      return Promise.resolve({ body: { deviceName: 'Laptop' }, send });
    },
    'POST /v1/device-authorizations/:userCode/approval': async () =>
      approvePairing(await pairing(unique('approved'))),
    'POST /v1/token': async () => {
      const seed = unique('exchanged');
      const started = await pairing(seed);
      const approval = await approvePairing(started);
      await approval.send(approval.body);
      const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
      return exchange(seed, { grant_type, device_code: textOf(started, 'device_code') });
    },
    'POST /v1/enrolments': async () => {
      const notice = await get(employee, '/v1/notices/enrolment');
      const [noticeSha256, locale] = [textOf(notice, 'sha256'), textOf(notice, 'locale')];
      return as(employee, '/v1/enrolments', { noticeSha256, locale, release: true });
    },
    'POST /v1/avatars/:id/consent-offer': async () => {
      const { notBefore, notAfter, ...terms } = scopeFor(authority, employee);
      const further = { ...terms, wearers: [executive.id], notBefore, notAfter };
      return as(executive, `/v1/avatars/${await draft()}/consent-offer`, {
        ...terms,
        meetings: ['https://meet.example/board'],
        ...{ notBefore, notAfter, further: [further] },
      });
    },
    'POST /v1/avatars/:id/consents': async () => {
      const url = `/v1/avatars/${await draft()}`;
      return signed(executive, `${url}/consent-offer`, `${url}/consents`, scopeFor(authority, employee));
    },
    'POST /v1/avatars/:id/approval-offer': async () =>
      as(adminB, `/v1/avatars/${await consented()}/approval-offer`, { decision: 'approve' }),
    'POST /v1/avatars/:id/approvals': async () => {
      const avatar = await consented();
      await decideOn(org, adminC, avatar);
      const url = `/v1/avatars/${avatar}`;
      return signed(adminB, `${url}/approval-offer`, `${url}/approvals`, { decision: 'approve' });
    },
    'POST /v1/policies': () =>
      Promise.resolve(as(adminA, '/v1/policies', { ...DEFAULT_POLICY, maxConsentDays: 300 })),
    'POST /v1/policies/:id/approval': async () => {
      const url = `/v1/policies/${textOf(await post(adminC, '/v1/policies', DEFAULT_POLICY), 'id')}`;
      return signed(adminB, `${url}/approval-offer`, `${url}/approval`, {});
    },
    'POST /v1/keys/rotation-offer': () => Promise.resolve(as(adminA, '/v1/keys/rotation-offer', rotation)),
    'POST /v1/keys/rotation': () => signed(adminA, '/v1/keys/rotation-offer', '/v1/keys/rotation', rotation),
    'POST /v1/consent-requests': async () => as(employee, '/v1/consent-requests', await asked()),
    'POST /v1/consent-requests/:id/decline': async () => {
      const request = textOf(await post(employee, '/v1/consent-requests', await asked()), 'id');
      return as(executive, `/v1/consent-requests/${request}/decline`, { words: 'No.' });
    },
    'POST /v1/permits': async () => {
      const device = await pairDevice(authority, employee, unique('permits'));
      const avatar = await worn();
      const request = { ttlSeconds: 60, meeting: 'https://meet.example/board' };
      const send = async (json: unknown) =>
        (
          await askPermit(authority, device, avatar, {
            request: Object.fromEntries(Object.entries(json ?? {})),
          })
        ).answer;
      return { body: request, send };
    },
    'POST /v1/sessions/:id/evidence': async () => {
      const { device, session: open } = await session('evidence');
      const url = `/v1/sessions/${open.id}/evidence`;
      const segment = await open.segment([0, 1, 2, 3, 4]);
      authority.clock.advanceSeconds(6);
      return { body: { segment }, send: (json) => device.call('POST', url, json) };
    },
    'POST /v1/sessions/:id/keys': async () => {
      const { device, session: open } = await session('keys');
      const key = Buffer.from(open.chain.keyOf(1)).toString('hex');
      const send = (json: unknown) => device.call('POST', `/v1/sessions/${open.id}/keys`, json);
      // Before its evidence is in a published checkpoint no key is taken.
      return { body: { epoch: 1, key }, status: 409, send };
    },
    'POST /v1/sessions/:id/close': async () => {
      const { device, session: open } = await session('close');
      const send = (json: unknown) => device.call('POST', `/v1/sessions/${open.id}/close`, json);
      return { body: { reason: 'finished' }, send };
    },
  };
}
