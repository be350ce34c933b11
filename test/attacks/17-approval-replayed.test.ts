/** THREATS 17: an approval that was given is used again. Defence: it names one version, one consent and one admin, once. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  consentTo,
  draftAvatar,
  openTestOrganisation,
  scopeFor,
  testDatabases,
  textOf,
  type TestOrganisation,
  type TestPerson,
} from '@guise/authority/testing';

describe.each(await testDatabases())('a replayed approval on %s', (kind) => {
  let org: TestOrganisation;
  let avatar: string;
  let other: string;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    [avatar, other] = [await waiting(), await waiting()];
  });
  afterAll(() => org.authority.close());

  const waiting = async (): Promise<string> => {
    const options = { kind: 'executive', likeness: 'artwork', face: null } as const;
    const id = textOf((await draftAvatar(org, org.adminA, org.executive, options)).body, 'id');
    await consentTo(org, org.executive, id, scopeFor(org.authority, org.employee));
    return id;
  };
  const signed = async (id: string) => {
    const url = `/v1/avatars/${id}/approval-offer`;
    const offer = await org.authority.api.post(url, { decision: 'approve' }, { token: org.adminB.token });
    return org.adminB.sign(offer.body);
  };
  const send = (id: string, approval: object, as: TestPerson = org.adminB) =>
    org.authority.api.post(`/v1/avatars/${id}/approvals`, approval, { token: as.token });
  const MISMATCH = { status: 422, body: { code: 'statement-mismatch' } };

  it('approves no other version, serves no other admin, and works once', async () => {
    const approval = await signed(avatar);
    expect(await send(other, approval)).toMatchObject(MISMATCH);
    expect(await send(avatar, approval, org.adminC)).toMatchObject(MISMATCH);
    expect((await send(avatar, approval)).status).toBe(201);
    expect(await send(avatar, approval)).toMatchObject(MISMATCH);
    expect(await org.authority.database.client.approval.count({ where: { avatarId: other } })).toBe(0);
  });

  it('does not survive an amendment of the consent it was for', async () => {
    const approval = await signed(other);
    await consentTo(org, org.executive, other, scopeFor(org.authority, org.adminC));
    expect(await send(other, approval)).toMatchObject({
      status: 422,
      body: { reasons: [{ code: 'statement-names-consent' }] },
    });
  });

  it('cannot be copied in the database to another version or another consent', async () => {
    const { client } = org.authority.database;
    const copyTo = (version: string, consent: string) =>
      client.$executeRawUnsafe(`INSERT INTO "Approval"
        SELECT 'apr_${'c'.repeat(26)}', '${'c'.repeat(64)}', a."id", a."sha256", ${consent}, a."subjectId",
          a."draftedById", p."approverId", p."decision", p."statement", p."assertion", p."credentialId",
          p."decidedAt", p."suspension"
        FROM "Approval" p, "Avatar" a WHERE p."avatarId" = '${avatar}' AND a."id" = '${version}'`);
    await expect(copyTo(other, 'p."consentSha256"')).rejects.toThrow(/consent in force/);
    const ended = await client.consent.findFirstOrThrow({ where: { avatarId: other, state: 'withdrawn' } });
    await expect(copyTo(other, `'${ended.sha256}'`)).rejects.toThrow(/consent in force/);
  });
});
