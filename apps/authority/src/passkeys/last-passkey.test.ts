import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstAdmin, openTestAuthority, testDatabases, type TestAuthority } from '../testing/index.js';

/** The embedded database has one connection: nothing there happens at once. */
const kinds = (await testDatabases()).filter((kind) => kind === 'postgresql');

describe.each(kinds)('the last two passkeys, removed at once below the service, on %s', (kind) => {
  let authority: TestAuthority;
  beforeAll(async () => {
    authority = await openTestAuthority(kind);
  });
  afterAll(() => authority.close());

  it('one of them stays', async () => {
    const { client } = authority.database;
    const { id: personId } = await firstAdmin(authority);
    const first = await client.passkey.findFirstOrThrow({ where: { personId } });
    const second = { ...first, id: `${first.id}x`, handle: `${first.handle.slice(0, -1)}z` };
    await client.passkey.create({ data: second });
    const remove = (id: string) =>
      authority.database.transaction(async (tx) => {
        await tx.passkey.update({ where: { id }, data: { removedAt: new Date() } });
        await sleep(300);
      });
    const removals = await Promise.allSettled([remove(first.id), remove(second.id)]);
    expect(removals.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await client.passkey.count({ where: { personId, removedAt: null } })).toBe(1);
  });
});
