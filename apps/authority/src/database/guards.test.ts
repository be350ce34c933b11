import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  activeExecutiveAvatar,
  consentTo,
  decideOn,
  draftAvatar,
  enrol,
  openTestOrganisation,
  scopeFor,
  testDatabases,
  textOf,
  type TestOrganisation,
} from '../testing/index.js';

/** The database refuses on its own what the code never asks for. */
describe.each(await testDatabases())('database guards on %s', (kind) => {
  let org: TestOrganisation;
  let avatar: string;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    await enrol(org, org.employee, 'face:employee');
    const draft = await draftAvatar(org, org.adminA, org.executive, {
      kind: 'executive',
      likeness: 'artwork',
      face: null,
    });
    avatar = textOf(draft.body, 'id');
  });
  afterAll(() => org.authority.close());

  const sql = (text: string) => org.authority.database.client.$executeRawUnsafe(text);
  const refused = (text: string) => expect(sql(text), text).rejects.toThrow();

  it('an avatar is not active without consent and approvals', async () => {
    await refused(`UPDATE "Avatar" SET "state" = 'active' WHERE "id" = '${avatar}'`);
    await consentTo(org, org.executive, avatar, scopeFor(org.authority, org.employee));
    await refused(`UPDATE "Avatar" SET "state" = 'active' WHERE "id" = '${avatar}'`);
    await decideOn(org, org.adminB, avatar);
    await refused(`UPDATE "Avatar" SET "state" = 'active' WHERE "id" = '${avatar}'`);
  });

  it('a version, its subject, drafter and needs do not change', async () => {
    for (const change of [
      `"sha256" = '${'a'.repeat(64)}'`,
      `"subjectId" = '${org.employee.id}'`,
      `"draftedById" = '${org.adminC.id}'`,
      '"approvalsNeeded" = 1',
      `"kind" = 'stylised'`,
    ]) {
      await refused(`UPDATE "Avatar" SET ${change} WHERE "id" = '${avatar}'`);
    }
  });

  it('maker and subject do not approve, nobody approves twice, and an approval stays', async () => {
    const copy = (approver: string) => `INSERT INTO "Approval"
      SELECT 'apr_${'a'.repeat(26)}', '${'f'.repeat(64)}', "avatarId", "avatarSha256", "consentSha256", "subjectId",
        "draftedById", '${approver}', "decision", "statement", "assertion", "credentialId", "decidedAt"
      FROM "Approval" WHERE "avatarId" = '${avatar}' LIMIT 1`;
    await refused(copy(org.adminA.id));
    await refused(copy(org.executive.id));
    await refused(copy(org.adminB.id));
    await refused(`UPDATE "Approval" SET "approverId" = '${org.adminC.id}' WHERE "avatarId" = '${avatar}'`);
    await refused(`DELETE FROM "Approval" WHERE "avatarId" = '${avatar}'`);
  });

  it('an approval tells the truth about drafter and subject', async () => {
    await refused(`INSERT INTO "Approval"
      SELECT 'apr_${'b'.repeat(26)}', '${'e'.repeat(64)}', "avatarId", "avatarSha256", "consentSha256", "subjectId",
        '${org.adminB.id}', '${org.adminA.id}', "decision", "statement", "assertion", "credentialId", "decidedAt"
      FROM "Approval" WHERE "avatarId" = '${avatar}' LIMIT 1`);
  });

  it('a consent is the subject’s, keeps its text and does not come back', async () => {
    await refused(`INSERT INTO "Consent" SELECT 'con_${'a'.repeat(26)}', '${'d'.repeat(64)}', "avatarId",
      '${org.adminB.id}', "statement", "assertion", "credentialId", "wearers", "purposes", "audience", "notBefore",
      "notAfter", 'withdrawn', NULL, "givenAt", NULL FROM "Consent" WHERE "avatarId" = '${avatar}'`);
    await refused(
      `UPDATE "Consent" SET "wearers" = ARRAY['${org.adminA.id}'] WHERE "avatarId" = '${avatar}'`,
    );
    const active = await activeExecutiveAvatar(org, org.employee);
    const { body } = await org.authority.api.get(`/v1/avatars/${active}`, { token: org.adminA.token });
    const consent = textOf(body, 'consent');
    await org.authority.api.post(`/v1/consents/${consent}/withdraw`, {}, { token: org.executive.token });
    await refused(
      `UPDATE "Consent" SET "state" = 'given', "inForceFor" = "avatarId" WHERE "id" = '${consent}'`,
    );
    await refused(`UPDATE "Avatar" SET "state" = 'active' WHERE "id" = '${active}'`);
  });

  it('a person has one active source face with a whole template', async () => {
    await refused(
      `UPDATE "SourceFace" SET "searchTemplate" = '\\x00' WHERE "personId" = '${org.employee.id}'`,
    );
    await refused(
      `UPDATE "SourceFace" SET "activeFor" = '${org.adminA.id}' WHERE "personId" = '${org.employee.id}'`,
    );
    await refused(`UPDATE "Person" SET "roles" = ARRAY['root'] WHERE "id" = '${org.employee.id}'`);
  });
});
