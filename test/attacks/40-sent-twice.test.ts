/**
 * THREATS 40: one request is sent several times at once: a double click, a proxy that tries again, a replayed body. Defence:
 * what is signed or given out is used up in one conditional write, and what ends things ends them once; the database changes
 * as by one request. Routes come from the running application: a new one with a body must be tried here, or say why not.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  activeExecutiveAvatar,
  enrol,
  invitePerson,
  openTestOrganisation,
  testDatabases,
  textOf,
  type ApiAnswer,
  type TestOrganisation,
} from '@guise/authority/testing';
import { validBodies, type ValidBody } from './valid-bodies.js';

type Counts = Readonly<Record<string, number>>;

const TIMES = 4;
/** What each request of a kind makes anew, by itself or as an offer that nothing follows from until it is answered. */
const EACH_MAKES_ONE: Readonly<Record<string, string>> = {
  'POST /v1/invitations': 'each invites somebody; nobody is in before a passkey is',
  'POST /v1/provisioning-clients': 'each is a client of its own',
  'POST /v1/device-authorizations': 'each is a code that nobody has confirmed',
  'POST /v1/enrolments': 'each waits for a capture',
  'POST /v1/policies': 'each is a proposal',
  'POST /v1/persons/:id/adoption': 'each renews until when one user is expected, and is logged',
  'POST /v1/passkeys/registration/options': 'each is an offer',
  'POST /v1/avatars/:id/consent-offer': 'each is an offer',
  'POST /v1/avatars/:id/approval-offer': 'each is an offer',
  'POST /v1/keys/rotation-offer': 'each is an offer',
  'POST /v1/permits': 'each is signed anew here; one opening opens one session: permits.test.ts',
};
/** What comes once a day cannot be sent once first: what one request adds. Three admins are told of a key. */
const ONCE_A_DAY: Readonly<Record<string, Counts>> = {
  'POST /v1/keys/rotation': { Ceremony: -1, LedgerEntry: 1, PersonNotice: 3, SigningKey: 1 },
};
/** Traces of requests, refused ones among them; decoys, of random number; what the sequencer writes when it comes to it. */
const TRACES = [
  'DpopProof',
  // Of the signature itself; a second answer with the same count is none.
  'PasskeyCount',
  'SignInThrottle',
  'Decision',
  'StatusEntry',
  'LedgerTile',
  'LedgerHead',
  'LedgerCheckpoint',
];

describe.each(await testDatabases())('what is sent several times at once on %s', (kind) => {
  let org: TestOrganisation;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    await enrol(org, org.employee, 'face:employee');
  });
  afterAll(() => org.authority.close());

  /** Rows of every table, except traces. */
  async function counts(): Promise<Counts> {
    const { client } = org.authority.database;
    const tables = await client.$queryRaw<{ name: string }[]>`
      SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = current_schema()`;
    const counted: Record<string, number> = {};
    for (const { name } of tables.filter((table) => !TRACES.includes(table.name))) {
      const [row] = await client.$queryRawUnsafe<{ rows: number }[]>(
        `SELECT count(*)::int AS rows FROM "${name}"`,
      );
      counted[name] = row?.rows ?? 0;
    }
    return counted;
  }
  const added = async (work: () => Promise<unknown>): Promise<Counts> => {
    const before = await counts();
    await work();
    const after = await counts();
    return Object.fromEntries(
      Object.entries(after)
        .toSorted()
        .map(([name, rows]) => [name, rows - (before[name] ?? 0)] as const)
        .filter(([, rows]) => rows !== 0),
    );
  };
  const addedBy = ({ body, send }: ValidBody): Promise<Counts> => added(() => send(body));
  const atOnce = (send: () => Promise<ApiAnswer>): Promise<ApiAnswer[]> =>
    Promise.all(Array.from({ length: TIMES }, send));
  const succeeded = (answers: readonly ApiAnswer[]): number =>
    answers.filter(({ status }) => status < 300).length;

  it('counts once, on every route that takes a body', { timeout: 240_000 }, async () => {
    const routes = Object.entries(validBodies(org));
    expect(Object.keys(EACH_MAKES_ONE).filter((route) => !(route in validBodies(org)))).toEqual([]);
    const twice: unknown[] = [];
    let tried = 0;
    for (const [route, make] of routes) {
      if (route in EACH_MAKES_ONE) continue;
      const byOne = ONCE_A_DAY[route] ?? (await addedBy(await make()));
      const many = await make();
      let answers: readonly ApiAnswer[] = [];
      const byMany = await added(async () => {
        answers = await atOnce(() => many.send(many.body));
      });
      expect([route, answers.filter(({ status }) => status >= 500)]).toEqual([route, []]);
      if (many.status === undefined) expect(succeeded(answers), route).toBeGreaterThan(0);
      if (JSON.stringify(byMany) !== JSON.stringify(byOne)) twice.push([route, byMany, byOne]);
      tried += 1;
    }
    expect(twice).toEqual([]);
    expect(tried).toBeGreaterThan(15);
  });

  it('ends and gives things once: withdrawal, suspension, admin, recovery', async () => {
    const { authority, adminA, adminB, executive, employee } = org;
    const entries = (topic: string, kindOf: string) =>
      authority.database.client.ledgerEntry.count({ where: { topic, kind: kindOf } });
    const post = (url: string, token: string) => () => authority.api.post(url, {}, { token });

    const avatar = await activeExecutiveAvatar(org, employee);
    const states = await entries(avatar, 'avatar-state');
    await atOnce(post(`/v1/avatars/${avatar}/suspend`, adminB.token));
    expect(await entries(avatar, 'avatar-state')).toBe(states + 1);

    const shown = await authority.api.get(`/v1/avatars/${avatar}`, { token: executive.token });
    const consent = textOf(shown.body, 'consent');
    const withdrawals = await atOnce(post(`/v1/consents/${consent}/withdraw`, executive.token));
    expect([succeeded(withdrawals), await entries(consent, 'consent-withdrawn')]).toEqual([TIMES, 1]);

    const wish = { displayName: 'Admin D', roles: ['admin'] };
    const invited = await authority.api.post('/v1/invitations', wish, { token: adminA.token });
    const [grant, person] = [textOf(invited.body, 'adminGrant'), textOf(invited.body, 'personId')];
    const changes = await entries(person, 'status-change');
    const grants = await atOnce(post(`/v1/admin-grants/${grant}/approval`, adminB.token));
    expect([succeeded(grants), await entries(person, 'status-change')]).toEqual([1, changes + 1]);

    const lost = await invitePerson(authority, adminA, 'Lost', ['employee']);
    const asked = { person: lost.id, reason: 'lost' };
    const recovery = await authority.api.post('/v1/recoveries', asked, { token: adminA.token });
    const approvals = await atOnce(
      post(`/v1/recoveries/${textOf(recovery.body, 'id')}/approval`, adminB.token),
    );
    expect(succeeded(approvals)).toBe(1);
    // Asked for and approved.
    expect(await entries(lost.id, 'recovery')).toBe(2);
  });
});
