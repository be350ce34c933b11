/** THREATS 17: admins activate an avatar of someone who never agreed. Defence: the subject's own signature. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statementOffer } from '@guise/protocol';
import {
  consentTo,
  decideOn,
  draftAvatar,
  openTestOrganisation,
  scopeFor,
  testDatabases,
  textOf,
  type TestOrganisation,
  type TestPerson,
} from '@guise/authority/testing';

describe.each(await testDatabases())('colluding admins on %s', (kind) => {
  let org: TestOrganisation;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
  });
  afterAll(() => org.authority.close());

  const draft = async (subject: TestPerson): Promise<string> => {
    const options = { kind: 'executive', likeness: 'artwork', face: null } as const;
    return textOf((await draftAvatar(org, org.adminA, subject, options)).body, 'id');
  };
  const stateOf = async (avatar: string): Promise<string> =>
    textOf((await org.authority.api.get(`/v1/avatars/${avatar}`, { token: org.adminA.token })).body, 'state');

  it('cannot approve what the subject did not consent to', async () => {
    const avatar = await draft(org.executive);
    for (const admin of [org.adminA, org.adminB, org.adminC]) {
      expect((await decideOn(org, admin, avatar)).status).toBeGreaterThanOrEqual(400);
    }
    expect(await stateOf(avatar)).toBe('awaiting-consent');
  });

  it('cannot consent in the subject’s place, nor sign the subject’s offer', async () => {
    const avatar = await draft(org.executive);
    const scope = scopeFor(org.authority, org.adminA);
    expect((await consentTo(org, org.adminB, avatar, scope)).status).toBe(403);
    const url = `/v1/avatars/${avatar}`;
    const offer = await org.authority.api.post(`${url}/consent-offer`, scope, { token: org.executive.token });
    const stolen = statementOffer.parse(offer.body);
    stolen.options = { challenge: stolen.options.challenge };
    const forged = org.adminB.sign(stolen);
    for (const thief of [org.adminB, org.executive]) {
      const answer = await org.authority.api.post(`${url}/consents`, forged, { token: thief.token });
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    expect(await stateOf(avatar)).toBe('awaiting-consent');
  });

  it('cannot name one of themselves as the subject and approve alone', async () => {
    const avatar = await draft(org.adminB);
    await consentTo(org, org.adminB, avatar, scopeFor(org.authority, org.adminB));
    expect(await decideOn(org, org.adminA, avatar)).toMatchObject({ body: { code: 'maker-is-checker' } });
    expect(await decideOn(org, org.adminB, avatar)).toMatchObject({ body: { code: 'maker-is-checker' } });
    expect(await decideOn(org, org.adminC, avatar)).toMatchObject({ body: { state: 'awaiting-approval' } });
    expect(await decideOn(org, org.adminC, avatar)).toMatchObject({ body: { code: 'already-decided' } });
    expect(await stateOf(avatar)).toBe('awaiting-approval');
  });

  it('cannot go around the service: the database itself refuses', async () => {
    const avatar = await draft(org.executive);
    const { client } = org.authority.database;
    await expect(
      client.avatar.update({ where: { id: avatar }, data: { state: 'active' } }),
    ).rejects.toThrow();
    await expect(
      client.avatar.update({ where: { id: avatar }, data: { approvalsNeeded: 0 } }),
    ).rejects.toThrow();
    expect(await stateOf(avatar)).toBe('awaiting-consent');
  });
});
