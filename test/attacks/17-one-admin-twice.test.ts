/** THREATS 17: one admin counts as two. Defence: one decision per admin and consent, under a lock and a unique index. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  consentTo,
  decideOn,
  draftAvatar,
  openTestOrganisation,
  scopeFor,
  testDatabases,
  textOf,
  type TestOrganisation,
} from '@guise/authority/testing';

describe.each(await testDatabases())('one admin who approves twice on %s', (kind) => {
  let org: TestOrganisation;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
  });
  afterAll(() => org.authority.close());

  const waiting = async (): Promise<string> => {
    const options = { kind: 'executive', likeness: 'artwork', face: null } as const;
    const id = textOf((await draftAvatar(org, org.adminA, org.executive, options)).body, 'id');
    await consentTo(org, org.executive, id, scopeFor(org.authority, org.employee));
    return id;
  };
  const stateOf = async (id: string): Promise<string> =>
    textOf((await org.authority.api.get(`/v1/avatars/${id}`, { token: org.adminA.token })).body, 'state');

  it('is told that it was decided, one after the other', async () => {
    const avatar = await waiting();
    await decideOn(org, org.adminB, avatar);
    expect((await decideOn(org, org.adminB, avatar)).body).toMatchObject({ code: 'already-decided' });
    expect(await stateOf(avatar)).toBe('awaiting-approval');
  });

  it('counts once with two offers signed before either was sent, and sent together', async () => {
    const avatar = await waiting();
    const url = `/v1/avatars/${avatar}`;
    const { token } = org.adminC;
    const approvals = [];
    for (let i = 0; i < 2; i++) {
      const offer = await org.authority.api.post(`${url}/approval-offer`, { decision: 'approve' }, { token });
      approvals.push(org.adminC.sign(offer.body));
    }
    const answers = await Promise.all(
      approvals.map((signed) => org.authority.api.post(`${url}/approvals`, signed, { token })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await org.authority.database.client.approval.count({ where: { avatarId: avatar } })).toBe(1);
    expect(await stateOf(avatar)).toBe('awaiting-approval');
    // Whichever was stored first, their passkey was not copied.
    const where = { personId: org.adminC.id, clonedAt: null };
    expect(await org.authority.database.client.passkey.count({ where })).toBe(1);
  });

  it('lifts no suspension alone, in as many tries as they like', async () => {
    const avatar = await waiting();
    await decideOn(org, org.adminB, avatar);
    await decideOn(org, org.adminC, avatar);
    await org.authority.api.post(`/v1/avatars/${avatar}/suspend`, {}, { token: org.adminC.token });
    for (let i = 0; i < 3; i++) await decideOn(org, org.adminB, avatar, 'resume');
    expect(await stateOf(avatar)).toBe('suspended');
  });

  it('cannot be written twice around the service', async () => {
    const avatar = await waiting();
    expect(await decideOn(org, org.adminB, avatar)).toMatchObject({ status: 201 });
    const copy = `INSERT INTO "Approval" SELECT 'apr_${'d'.repeat(26)}', '${'d'.repeat(64)}', "avatarId",
      "avatarSha256", "consentSha256", "subjectId", "draftedById", "approverId", "decision", "statement",
      "assertion", "credentialId", "decidedAt", "suspension" FROM "Approval" WHERE "avatarId" = '${avatar}'`;
    await expect(org.authority.database.client.$executeRawUnsafe(copy)).rejects.toThrow(/nique/);
  });
});
