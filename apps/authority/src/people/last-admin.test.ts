import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  firstAdmin,
  invitePerson,
  openTestAuthority,
  testDatabases,
  type TestAuthority,
  type TestPerson,
} from '../testing/index.js';

/** The embedded database has one connection: nothing there happens at once. */
const kinds = (await testDatabases()).filter((kind) => kind === 'postgresql');
/** Long enough for a request to come to a lock; one that does not come there fails no test, it proves less. */
const ARRIVE_MS = 300;

describe.each(kinds)('the last two admins, at once, on %s', (kind) => {
  let authority: TestAuthority;
  let ada: TestPerson;
  let bob: TestPerson;
  beforeEach(async () => {
    authority = await openTestAuthority(kind);
    ada = await firstAdmin(authority);
    bob = await invitePerson(authority, ada, 'Bob', ['admin']);
    expect(await admins()).toBe(2);
  });
  afterEach(() => authority.close());

  const admins = () =>
    authority.database.client.person.count({ where: { state: 'active', roles: { has: 'admin' } } });
  const demote = (by: TestPerson, whom: TestPerson) =>
    authority.api.post(`/v1/persons/${whom.id}/roles`, { roles: ['employee'] }, { token: by.token });
  const leave = (who: TestPerson) =>
    authority.api.post('/v1/me/leave', { leave: 'for good' }, { token: who.token });

  /** Lets requests come as far as what they change, and then go on together. */
  async function meet<T>(requests: readonly (() => Promise<T>)[]): Promise<readonly T[]> {
    const sent = await authority.database.transaction(async (tx) => {
      await tx.$queryRaw`SELECT "id" FROM "Person" FOR UPDATE`;
      const under = requests.map((request) => request());
      await sleep(ARRIVE_MS);
      return { under };
    });
    return Promise.all(sent.under);
  }

  it.each<[what: string, () => readonly (() => Promise<{ readonly status: number }>)[]]>([
    ['take the role from each other', () => [() => demote(ada, bob), () => demote(bob, ada)]],
    ['leave', () => [() => leave(ada), () => leave(bob)]],
    ['one leaves while taking the role from the other', () => [() => leave(ada), () => demote(ada, bob)]],
  ])('%s: one of them stays', async (_what, requests) => {
    const answers = await meet(requests());
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(1);
    expect(await admins()).toBe(1);
  });

  it('are held by the database as well, whoever writes to it', async () => {
    const { database } = authority;
    const end = (person: TestPerson, data: { state: string } | { roles: string[] }) =>
      database.transaction(async (tx) => {
        await tx.person.update({ where: { id: person.id }, data });
        await sleep(ARRIVE_MS);
      });
    const ends = await Promise.allSettled([
      end(ada, { roles: ['employee'] }),
      end(bob, { state: 'suspended' }),
    ]);
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await admins()).toBe(1);
  });
});
