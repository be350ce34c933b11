/**
 * THREATS 40: a request that is sent again. Its key opens nothing to anybody else, and nothing to the same person once they may
 * not any more; and who holds the database learns no secret of the answers that are kept.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openTestOrganisation,
  signIn,
  testDatabases,
  textOf,
  type TestOrganisation,
  type TestPerson,
} from '@guise/authority/testing';

const KEY = '"8e03978e-40d5-43e8-bc93-6894a57f9324"';
const BODY = { displayName: 'Newcomer', roles: ['employee'] };

describe.each(await testDatabases())('an answer that is kept for an idempotency key on %s', (kind) => {
  let org: TestOrganisation;
  let first: unknown;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    const answer = await invite(org.adminA.token);
    expect(answer.status).toBe(201);
    first = answer.body;
  });
  afterAll(() => org.authority.close());

  const invite = (token: string | undefined) =>
    org.authority.api.post('/v1/invitations', BODY, { token, headers: { 'idempotency-key': KEY } });
  const edit = (sql: string): Promise<number> =>
    org.authority.database.transaction((tx) => tx.$executeRawUnsafe(sql));
  const tokenOf = async (person: TestPerson) =>
    textOf((await signIn(org.authority.api, person.authenticator)).body, 'token');

  it('is not given to another admin who knows key and body: theirs is another request', async () => {
    const other = await invite(org.adminB.token);
    expect(other.status).toBe(201);
    expect(textOf(other.body, 'token')).not.toBe(textOf(first, 'token'));
    expect(textOf(other.body, 'personId')).not.toBe(textOf(first, 'personId'));
  });

  it('is not given without a sign-in, without the role, or after the step-up is over', async () => {
    expect((await invite(undefined)).status).toBe(401);
    expect((await invite('x'.repeat(43))).status).toBe(401);
    expect((await invite(org.employee.token)).status).toBe(403);
    org.authority.clock.advanceSeconds(301);
    expect(await invite(org.adminA.token)).toMatchObject({ status: 401, body: { code: 'step-up-required' } });
    expect((await invite(await tokenOf(org.adminA))).body).toEqual(first);
  });

  it('cannot be exchanged for another by whoever writes to the database', async () => {
    await org.authority.api.post('/v1/invitations', BODY, {
      token: await tokenOf(org.adminA),
      headers: { 'idempotency-key': '"second"' },
    });
    const token = await tokenOf(org.adminA);
    const swap = `UPDATE "IdempotencyKey" AS a SET "answer" = b."answer" FROM "IdempotencyKey" AS b WHERE a."id" <> b."id"`;
    expect(await edit(swap)).toBeGreaterThan(1);
    const answer = await invite(token);
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.body)).not.toContain('per_');
  });

  it('is not given to an admin who is none any more', async () => {
    const { api } = org.authority;
    const demoted = await api.post(
      `/v1/persons/${org.adminA.id}/roles`,
      { roles: ['employee'] },
      { token: await tokenOf(org.adminB) },
    );
    expect(demoted.status).toBe(200);
    expect((await invite(await tokenOf(org.adminA))).status).toBe(403);
  });
});
