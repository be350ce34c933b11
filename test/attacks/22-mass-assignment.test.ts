/** THREATS 22: extra members in a body reach the database. Defence: strict schemas on every body. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  draftAvatar,
  openTestOrganisation,
  scopeFor,
  textOf,
  type TestOrganisation,
} from '@guise/authority/testing';

/** What an attacker would love to set, and the shapes an ORM would act on. */
const EXTRAS: readonly Record<string, unknown>[] = [
  { role: 'admin' },
  { roles: ['admin'], isAdmin: true },
  { personId: 'per_aaaaaaaaaaaaaaaaaaaaaaaaaa' },
  { person: { connect: { id: 'per_aaaaaaaaaaaaaaaaaaaaaaaaaa' } } },
  { state: 'active', approvalsNeeded: 0 },
  { id: 'ava_aaaaaaaaaaaaaaaaaaaaaaaaaa', createdAt: 0 },
  { constructor: { prototype: { admin: true } } },
];

describe('mass assignment', () => {
  let org: TestOrganisation;
  beforeAll(async () => {
    org = await openTestOrganisation('embedded');
  });
  afterAll(() => org.authority.close());

  it('reaches nothing through any body of the API', async () => {
    const bodies = Object.entries(org.authority.openApi.paths).flatMap(([path, item]) => {
      const schema = JSON.stringify(item.post?.requestBody ?? item.put?.requestBody ?? null);
      return schema.includes('application/json') ? [path] : [];
    });
    expect(bodies.length).toBeGreaterThan(8);
    for (const path of bodies) {
      const url = path
        .replace('{userCode}', 'BCDF-GHJK')
        .replaceAll(/\{\w+\}/g, 'ava_aaaaaaaaaaaaaaaaaaaaaaaaaa');
      for (const extra of EXTRAS) {
        const answer = await org.authority.api.post(url, extra, { token: org.adminA.token });
        expect([path, answer.status >= 400 && answer.status < 500]).toEqual([path, true]);
      }
    }
  });

  it.each(EXTRAS)('is refused beside valid members: %o', async (extra) => {
    const { api } = org.authority;
    const invitation = { displayName: 'Eve', roles: ['employee'], ...extra };
    const answer = await api.post('/v1/invitations', invitation, { token: org.adminA.token });
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad-request' } });

    const draft = await draftAvatar(org, org.adminA, org.executive, {
      kind: 'executive',
      likeness: 'artwork',
      face: null,
    });
    const url = `/v1/avatars/${textOf(draft.body, 'id')}/consent-offer`;
    const scope = { ...scopeFor(org.authority, org.employee), ...extra };
    expect((await api.post(url, scope, { token: org.executive.token })).status).toBe(400);
  });

  it('changes nothing through the form of an avatar', async () => {
    const before = await org.authority.database.client.avatar.count();
    const answer = await draftAvatar(
      org,
      org.adminA,
      org.executive,
      { kind: 'executive', likeness: 'artwork', face: null },
      { state: 'active', approvalsNeeded: 0 },
    );
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad-request' } });
    expect(await org.authority.database.client.avatar.count()).toBe(before);
  });

  it('made nobody an admin', async () => {
    const admins = await org.authority.database.client.person.count({ where: { roles: { has: 'admin' } } });
    expect(admins).toBe(3);
  });
});
