import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  activeExecutiveAvatar,
  consentTo,
  decideOn,
  draftAvatar,
  openTestOrganisation,
  scopeFor,
  testDatabases,
  textOf,
  type ApiAnswer,
  type TestOrganisation,
  type TestPerson,
} from '../testing/index.js';

const ARTWORK = { kind: 'executive', likeness: 'artwork', face: null } as const;

describe.each(await testDatabases())('drafts, amendments, suspensions and erasure on %s', (kind) => {
  let org: TestOrganisation;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
  });
  afterAll(() => org.authority.close());

  const post = (person: TestPerson, url: string): Promise<ApiAnswer> =>
    org.authority.api.post(url, {}, { token: person.token });
  const read = async (avatar: string): Promise<ApiAnswer> =>
    org.authority.api.get(`/v1/avatars/${avatar}`, { token: org.auditor.token });
  const sql = (text: string) => org.authority.database.client.$executeRawUnsafe(text);

  it('keeps a draft until its drafter submits or discards it', async () => {
    const drafts = await Promise.all(
      [1, 2].map(async () => {
        const answer = await draftAvatar(org, org.adminA, org.executive, ARTWORK, { keepDraft: true });
        expect(answer).toMatchObject({ status: 201, body: { state: 'draft' } });
        return textOf(answer.body, 'id');
      }),
    );
    const [submitted = '', discarded = ''] = drafts;
    const scope = scopeFor(org.authority, org.employee);
    expect((await consentTo(org, org.executive, submitted, scope)).body).toMatchObject({
      code: 'avatar-state',
    });
    expect((await post(org.adminB, `/v1/avatars/${submitted}/submit`)).status).toBe(403);
    expect((await post(org.adminA, `/v1/avatars/${submitted}/submit`)).body).toMatchObject({
      state: 'awaiting-consent',
    });
    expect((await consentTo(org, org.executive, submitted, scope)).status).toBe(201);
    expect((await post(org.adminA, `/v1/avatars/${submitted}/erase`)).body).toMatchObject({
      reasons: [{ code: 'only-ended-erased' }],
    });
    expect((await post(org.adminA, `/v1/avatars/${discarded}/erase`)).body).toMatchObject({
      state: 'erased',
      name: 'Erased',
    });
  });

  it('replaces a consent by an amended one, which every admin decides about anew', async () => {
    const avatar = await activeExecutiveAvatar(org, org.employee);
    const before = textOf((await read(avatar)).body, 'consent');
    const amended = await consentTo(org, org.executive, avatar, scopeFor(org.authority, org.adminC));
    expect(amended).toMatchObject({ status: 201, body: { state: 'given' } });
    expect((await read(avatar)).body).toMatchObject({ state: 'awaiting-approval', approvals: [] });
    const old = await org.authority.database.client.consent.findUniqueOrThrow({ where: { id: before } });
    expect(old).toMatchObject({ state: 'withdrawn', inForceFor: null });
    const entries = { where: { kind: 'consent-withdrawn', topic: before } };
    expect(await org.authority.database.client.ledgerEntry.count(entries)).toBe(1);
    await decideOn(org, org.adminB, avatar);
    await decideOn(org, org.adminC, avatar);
    expect((await read(avatar)).body).toMatchObject({ state: 'active', consent: textOf(amended.body, 'id') });
  });

  it('takes one of two amendments that were offered over the same consent', async () => {
    const avatar = await activeExecutiveAvatar(org, org.employee);
    const url = `/v1/avatars/${avatar}`;
    const token = org.executive.token;
    const sign = async (wearer: TestPerson) => {
      const scope = scopeFor(org.authority, wearer);
      return org.executive.sign(
        (await org.authority.api.post(`${url}/consent-offer`, scope, { token })).body,
      );
    };
    const signed = [await sign(org.adminB), await sign(org.adminC)];
    const statuses = [];
    for (const each of signed) {
      statuses.push((await org.authority.api.post(`${url}/consents`, each, { token })).status);
    }
    expect(statuses).toEqual([201, 422]);
  });

  it('lifts a suspension by two admins, each time anew', async () => {
    const avatar = await activeExecutiveAvatar(org, org.employee);
    for (let round = 0; round < 2; round++) {
      await post(org.adminB, `/v1/avatars/${avatar}/suspend`);
      expect((await decideOn(org, org.adminA, avatar, 'resume')).body).toMatchObject({
        code: 'maker-is-checker',
      });
      expect((await decideOn(org, org.adminB, avatar, 'resume')).body).toMatchObject({ state: 'suspended' });
      expect((await decideOn(org, org.adminB, avatar, 'resume')).body).toMatchObject({
        code: 'already-decided',
      });
      const resume = `UPDATE "Avatar" SET "state" = 'active' WHERE "id" = '${avatar}'`;
      await expect(sql(resume)).rejects.toThrow();
      expect((await decideOn(org, org.adminC, avatar, 'resume')).body).toMatchObject({ state: 'active' });
    }
  });

  it('lifts no rejection', async () => {
    const avatar = textOf((await draftAvatar(org, org.adminA, org.executive, ARTWORK)).body, 'id');
    await consentTo(org, org.executive, avatar, scopeFor(org.authority, org.employee));
    await decideOn(org, org.adminB, avatar, 'reject');
    expect((await decideOn(org, org.adminC, avatar, 'resume')).body).toMatchObject({
      reasons: [{ code: 'approvals-complete' }],
    });
  });

  it('destroys the bundle of an avatar that has ended, for the subject', async () => {
    const avatar = await activeExecutiveAvatar(org, org.employee);
    await post(org.executive, `/v1/avatars/${avatar}/withdraw`);
    const bundle = async () =>
      (await org.authority.api.get(`/v1/avatars/${avatar}/bundle`, { token: org.executive.token })).status;
    expect(await bundle()).toBe(200);
    expect((await post(org.adminB, `/v1/avatars/${avatar}/erase`)).status).toBe(403);
    expect((await post(org.executive, `/v1/avatars/${avatar}/erase`)).body).toMatchObject({
      state: 'erased',
    });
    expect(await bundle()).toBe(404);
    await expect(sql(`UPDATE "Avatar" SET "state" = 'withdrawn' WHERE "id" = '${avatar}'`)).rejects.toThrow();
  });
});
