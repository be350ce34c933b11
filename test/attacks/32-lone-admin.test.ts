/**
 * THREATS 32: one admin makes a confederate admin, to be two. Defence: nobody becomes admin without another admin's approval,
 * in the code and in the database; the first two of an authority are the only exception, once.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adminGrantList, invitationResponse, personResponse } from '@guise/protocol';
import {
  openTestOrganisation,
  registerPasskey,
  signIn,
  testDatabases,
  textOf,
  type ApiAnswer,
  type TestOrganisation,
  type TestPerson,
} from '@guise/authority/testing';

describe.each(await testDatabases())('one admin with a confederate on %s', (kind) => {
  let org: TestOrganisation;
  let attacker: TestPerson;
  let honest: TestPerson;
  let made = 0;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
  });
  beforeEach(async () => {
    [attacker, honest] = [await fresh(org.adminA), await fresh(org.adminB)];
  });
  afterAll(() => org.authority.close());

  const fresh = async (person: TestPerson): Promise<TestPerson> => ({
    ...person,
    token: textOf((await signIn(org.authority.api, person.authenticator)).body, 'token'),
  });
  const post = (by: TestPerson, url: string, json: object = {}): Promise<ApiAnswer> =>
    org.authority.api.post(url, json, { token: by.token });
  const rolesOf = async (person: TestPerson) => {
    const answer = await org.authority.api.get('/v1/me', { token: (await fresh(person)).token });
    return personResponse.parse(answer.body).roles;
  };
  /** A confederate whom the attacker invites as admin. */
  const invite = async () => {
    const answer = await post(attacker, '/v1/invitations', { displayName: 'Friend', roles: ['admin'] });
    const { token, adminGrant } = invitationResponse.parse(answer.body);
    made += 1;
    const friend = await registerPasskey(org.authority, token, `friend ${kind} ${String(made)}`);
    return { friend, grant: adminGrant ?? '' };
  };

  it('gets somebody who is no admin, and cannot approve that alone, not in many tries at once', async () => {
    const { friend, grant } = await invite();
    expect(await rolesOf(friend)).toEqual(['employee']);
    const tries = await Promise.all(
      Array.from({ length: 5 }, () => post(attacker, `/v1/admin-grants/${grant}/approval`)),
    );
    for (const answer of tries)
      expect(answer).toMatchObject({ status: 403, body: { code: 'maker-is-checker' } });
    expect((await post(friend, `/v1/admin-grants/${grant}/approval`)).status).toBe(403);
    expect((await post(friend, '/v1/invitations', { displayName: 'X', roles: ['employee'] })).status).toBe(
      403,
    );
    expect(await rolesOf(friend)).toEqual(['employee']);
  });

  it('cannot do it by changing roles, nor by two confederates who approve each other', async () => {
    const [one, two] = [await invite(), await invite()];
    const url = `/v1/persons/${one.friend.id}/roles`;
    expect((await post(attacker, url, { roles: ['admin', 'employee'] })).status).toBe(409);
    for (const { friend, grant } of [one, two]) {
      for (const by of [one.friend, two.friend]) {
        expect((await post(by, `/v1/admin-grants/${grant}/approval`)).status).toBe(403);
      }
      expect(await rolesOf(friend)).toEqual(['employee']);
    }
  });

  it('is seen by every other admin, who can stop it', async () => {
    const { friend, grant } = await invite();
    const { body } = await org.authority.api.get('/v1/me/notices', { token: honest.token });
    expect(JSON.stringify(body)).toContain('admin-requested');
    expect((await post(honest, `/v1/admin-grants/${grant}/cancel`)).status).toBe(200);
    expect((await post(honest, `/v1/admin-grants/${grant}/approval`)).status).toBe(409);
    expect(await rolesOf(friend)).toEqual(['employee']);
  });

  it('is let in by another admin, who verifies themselves anew; then it is in the ledger', async () => {
    const { friend, grant } = await invite();
    const stale = await fresh(org.adminB);
    org.authority.clock.advanceSeconds(301);
    expect(await post(stale, `/v1/admin-grants/${grant}/approval`)).toMatchObject({
      body: { code: 'step-up-required' },
    });
    honest = await fresh(org.adminB);
    expect(await post(honest, `/v1/admin-grants/${grant}/approval`)).toMatchObject({
      status: 200,
      body: { state: 'used', decidedBy: org.adminB.id },
    });
    expect(await rolesOf(friend)).toEqual(['admin']);
    const { client } = org.authority.database;
    expect(await client.ledgerEntry.count({ where: { topic: grant, kind: 'status-change' } })).toBe(2);
    // Used up: whoever loses the role needs a new grant.
    await post(honest, `/v1/persons/${friend.id}/roles`, { roles: ['employee'] });
    const again = await post(honest, `/v1/persons/${friend.id}/roles`, { roles: ['admin'] });
    expect(textOf(again.body, 'adminGrant')).toMatch(/^adg_/);
    expect(await rolesOf(friend)).toEqual(['employee']);
  });

  it('cannot take the place of somebody whom another admin lets in as admin, by inviting them anew', async () => {
    const asked = await post(honest, '/v1/invitations', { displayName: 'Third', roles: ['admin'] });
    const { personId } = invitationResponse.parse(asked.body);
    expect(await post(attacker, `/v1/persons/${personId}/invitation`)).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
    expect((await post(attacker, `/v1/persons/${honest.id}/invitation`)).status).toBe(409);
    expect((await post(attacker, `/v1/persons/${org.employee.id}/invitation`)).status).toBe(409);
  });

  it('does not get a grant of the operator’s: there is no route to it, and no row while there are two admins', async () => {
    const { authority } = org;
    expect(authority.routes.filter(({ path }) => path.includes('operator'))).toEqual([]);
    const { friend } = await invite();
    const forged = (kind: string, state: string) =>
      authority.database.client
        .$executeRawUnsafe(`INSERT INTO "AdminGrant" ("id", "personId", "kind", "state", "roles",
        "requestedAt", "expiresAt") VALUES ('adg_forged', '${friend.id}', '${kind}', '${state}', '{admin}', now(), now())`);
    await expect(forged('operator', 'approved')).rejects.toThrow('two admins');
    await expect(forged('operator', 'used')).rejects.toThrow();
    expect(await rolesOf(friend)).toEqual(['employee']);
  });

  it('does not become alone by taking the role from all others, and so the first again', async () => {
    const { friend, grant } = await invite();
    for (const other of [org.adminB, org.adminC]) {
      expect((await post(attacker, `/v1/persons/${other.id}/roles`, { roles: ['employee'] })).status).toBe(
        200,
      );
    }
    expect((await post(attacker, `/v1/admin-grants/${grant}/approval`)).status).toBe(403);
    const asked = await post(attacker, `/v1/persons/${org.executive.id}/roles`, { roles: ['admin'] });
    expect(textOf(asked.body, 'adminGrant')).toMatch(/^adg_/);
    expect(await rolesOf(org.executive)).not.toContain('admin');
    expect(await rolesOf(friend)).toEqual(['employee']);
  });

  it('is stopped by the database too, whatever the code does', async () => {
    const { client } = org.authority.database;
    const refused = (sql: string) => expect(client.$executeRawUnsafe(sql), sql).rejects.toThrow();
    const { grants } = adminGrantList.parse(
      (await org.authority.api.get('/v1/admin-grants', { token: attacker.token })).body,
    );
    const open = grants.find(
      ({ state, requestedBy }) => state === 'requested' && requestedBy === attacker.id,
    );
    const [id, person] = [open?.id ?? '', open?.person ?? ''];
    await refused(`UPDATE "Person" SET "roles" = ARRAY['admin'] WHERE "id" = '${person}'`);
    await refused(
      `INSERT INTO "Person" ("id", "displayName", "roles", "createdAt") VALUES ('x', 'x', '{admin}', now())`,
    );
    const decide = (by: string, state: string) =>
      `UPDATE "AdminGrant" SET "state" = '${state}', "openFor" = NULL, "decidedById" = '${by}', "decidedAt" = now()
       WHERE "id" = '${id}'`;
    await refused(decide(attacker.id, 'approved'));
    await refused(decide(person, 'approved'));
    await refused(`UPDATE "AdminGrant" SET "kind" = 'bootstrap', "slot" = 2 WHERE "id" = '${id}'`);
    await refused(`UPDATE "AdminGrant" SET "roles" = '{admin,auditor}' WHERE "id" = '${id}'`);
    await refused(`DELETE FROM "AdminGrant"`);
    // Approved in the name of somebody who is no admin, it gives nothing.
    await client.$executeRawUnsafe(decide(org.employee.id, 'approved'));
    await refused(`UPDATE "Person" SET "roles" = ARRAY['admin'] WHERE "id" = '${person}'`);
  });
});
