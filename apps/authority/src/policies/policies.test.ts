import { DEFAULT_POLICY } from '@guise/consent';
import {
  decisionList,
  permitClaims,
  permitResponse,
  policyInForce,
  type PolicyDocument,
} from '@guise/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  activeExecutiveAvatar,
  askPermit,
  consentTo,
  draftAvatar,
  enrol,
  openTestOrganisation,
  pairDevice,
  scopeFor,
  testDatabases,
  textOf,
  type ApiAnswer,
  type TestDevice,
  type TestOrganisation,
  type TestPerson,
} from '../testing/index.js';

describe.each(await testDatabases())('the policy of an organisation on %s', (kind) => {
  let org: TestOrganisation;
  let device: TestDevice;
  let avatar: { id: string; sha256: string };
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    await enrol(org, org.employee, 'face:employee');
    device = await pairDevice(org.authority, org.employee);
    const id = await activeExecutiveAvatar(org, org.employee);
    avatar = { id, sha256: textOf((await get(org.adminA, `/v1/avatars/${id}`)).body, 'sha256') };
  });
  afterAll(() => org.authority.close());

  const get = (person: TestPerson, url: string): Promise<ApiAnswer> =>
    org.authority.api.get(url, { token: person.token });
  const post = (person: TestPerson, url: string, json: unknown = {}): Promise<ApiAnswer> =>
    org.authority.api.post(url, json, { token: person.token });
  const propose = async (changes: Partial<PolicyDocument>): Promise<string> => {
    const { policy } = policyInForce.parse((await get(org.adminA, '/v1/policy')).body);
    return textOf((await post(org.adminA, '/v1/policies', { ...policy, ...changes })).body, 'id');
  };
  const approve = async (admin: TestPerson, id: string): Promise<ApiAnswer> => {
    const offer = await post(admin, `/v1/policies/${id}/approval-offer`);
    return offer.status === 200 ? post(admin, `/v1/policies/${id}/approval`, admin.sign(offer.body)) : offer;
  };
  const version = async () => policyInForce.parse((await get(org.employee, '/v1/policy')).body).version;
  const decisionsOf = async (person: TestPerson, query = '') =>
    decisionList.parse((await get(person, `/v1/decisions?limit=100${query}`)).body).decisions;

  it('is the one shipped until two admins make another', async () => {
    expect((await device.call('GET', '/v1/policy')).body).toEqual({
      id: null,
      version: 0,
      sha256: null,
      policy: DEFAULT_POLICY,
    });
    expect((await post(org.employee, '/v1/policies', DEFAULT_POLICY)).status).toBe(403);
    const id = await propose({ maxConsentDays: 10 });
    expect((await approve(org.adminA, id)).body).toMatchObject({ reasons: [{ code: 'policy-by-two' }] });
    expect((await post(org.adminA, `/v1/policies/${id}/reject`)).status).toBe(403);
    expect(await version()).toBe(0);
    expect(await approve(org.adminB, id)).toMatchObject({
      status: 200,
      body: { state: 'in-force', version: 1, decidedBy: org.adminB.id },
    });
    expect(await version()).toBe(1);
    const entries = { where: { kind: 'policy', topic: id } };
    expect(await org.authority.database.client.ledgerEntry.count(entries)).toBe(1);
  });

  it('is what consents and permits are decided by, from then on', async () => {
    const draft = await draftAvatar(org, org.adminA, org.executive, {
      kind: 'executive',
      likeness: 'artwork',
      face: null,
    });
    const scope = scopeFor(org.authority, org.employee);
    expect((await consentTo(org, org.executive, textOf(draft.body, 'id'), scope)).body).toMatchObject({
      reasons: [{ code: 'policy-limits-period' }],
    });
    expect((await askPermit(org.authority, device, avatar)).answer.status).toBe(201);
    await approve(org.adminB, await propose({ purposes: ['training'] }));
    expect((await askPermit(org.authority, device, avatar)).answer.body).toMatchObject({
      code: 'permit-denied',
      reasons: [{ code: 'policy-allows-purposes' }],
    });
    await approve(org.adminC, await propose({ purposes: ['meeting'] }));
    expect((await askPermit(org.authority, device, avatar)).answer.status).toBe(201);
  });

  it('is not rolled back by an approval that was signed over an older one', async () => {
    const older = await propose({ maxConsentDays: 366 });
    const offer = await post(org.adminB, `/v1/policies/${older}/approval-offer`);
    const signed = org.adminB.sign(offer.body);
    await approve(org.adminC, await propose({ maxConsentDays: 5 }));
    expect(await post(org.adminB, `/v1/policies/${older}/approval`, signed)).toMatchObject({
      status: 422,
      body: { reasons: [{ code: 'statement-names-policy' }] },
    });
    expect((await post(org.adminC, `/v1/policies/${older}/reject`)).body).toMatchObject({
      state: 'rejected',
    });
    expect((await approve(org.adminB, older)).body).toMatchObject({ code: 'already-decided' });
    const list = JSON.stringify((await get(org.auditor, '/v1/policies')).body);
    for (const state of ['in-force', 'superseded', 'rejected']) expect(list).toContain(state);
  });

  it('keeps every decision with its rules, for whom it concerns', async () => {
    const mine = await decisionsOf(org.employee);
    const wear = mine.filter(({ topic }) => topic === 'wear');
    expect(wear.map(({ allowed }) => allowed)).toEqual([true, false, true]);
    expect(wear[1]?.rules).toEqual([
      { code: 'policy-allows-purposes', message: 'The organisation’s policy does not allow this purpose.' },
    ]);
    expect(wear[0]?.rules.map(({ code }) => code)).toEqual(
      expect.arrayContaining([
        'avatar-active',
        'approvals-complete',
        'policy-allows-kind',
        'consent-names-wearer',
      ]),
    );
    expect([wear[0]?.policyVersion, wear[2]?.policyVersion]).toEqual([3, 1]);
    const topics = new Set((await decisionsOf(org.executive)).map(({ topic }) => topic));
    expect([...topics].toSorted()).toEqual(['approval', 'consent', 'draft', 'wear']);
    expect((await get(org.adminA, '/v1/decisions?of=all')).status).toBe(403);
    expect((await decisionsOf(org.auditor, '&of=all')).map(({ topic }) => topic)).toContain('policy');
    const first = await decisionsOf(org.executive);
    const rest = await decisionsOf(org.executive, `&before=${String(first[1]?.id)}`);
    expect(rest.map(({ id }) => id)).toEqual(first.slice(2).map(({ id }) => id));
  });

  it('is what permits say of the label and of models', async () => {
    const wear = async () => {
      const { permit } = permitResponse.parse((await askPermit(org.authority, device, avatar)).answer.body);
      const payload = Buffer.from(permit.split('.')[1] ?? '', 'base64url').toString();
      return permitClaims.parse(JSON.parse(payload)).authorization_details[0];
    };
    const shipped = {
      ...{ label: 'AI MODIFIED', label_positions: ['top-right'] },
      ...{ non_commercial_models: false, own_models: [] },
    };
    expect(await wear()).toMatchObject(shipped);
    const text = 'AI MODIFIED BY ACME';
    const positions: PolicyDocument['label']['positions'] = ['bottom-left', 'top-left'];
    const ownModels = ['ab'.repeat(32)];
    await approve(
      org.adminB,
      await propose({ label: { text, positions }, nonCommercialModels: true, ownModels }),
    );
    expect(await wear()).toMatchObject({
      label: text,
      label_positions: positions,
      non_commercial_models: true,
      own_models: ownModels,
    });
    const { label, nonCommercialModels } = DEFAULT_POLICY;
    await approve(org.adminC, await propose({ label, nonCommercialModels, ownModels: [] }));
    expect(await wear()).toMatchObject(shipped);
  });

  it('is held by the database as well', async () => {
    const id = await propose({ maxConsentDays: 30 });
    const { client } = org.authority.database;
    const refused = (sql: string) => expect(client.$executeRawUnsafe(sql), sql).rejects.toThrow();
    const enact = `"state" = 'in-force', "version" = 99, "sha256" = 'x', "statement" = 's', "assertion" = 'a',
      "credentialId" = 'c', "decidedAt" = now(), "inForce" = 'policy'`;
    await client.$executeRawUnsafe(`UPDATE "Policy" SET "state" = 'superseded', "inForce" = NULL
      WHERE "inForce" = 'policy'`);
    await refused(`UPDATE "Policy" SET ${enact}, "decidedById" = "proposedById" WHERE "id" = '${id}'`);
    await refused(`UPDATE "Policy" SET ${enact} WHERE "id" = '${id}'`);
    await refused(
      `UPDATE "Policy" SET "document" = "document" || '{"maxConsentDays": 365}' WHERE "id" = '${id}'`,
    );
    await refused(`UPDATE "Policy" SET "state" = 'in-force', "inForce" = 'policy' WHERE "version" = 1`);
    await refused(`DELETE FROM "Policy" WHERE "id" = '${id}'`);
    await refused(`INSERT INTO "Policy" ("id", "document", "proposedById", "proposedAt")
      SELECT 'pol_x', jsonb_set("document", '{approvals,executive}', '1'), "proposedById", now()
      FROM "Policy" WHERE "id" = '${id}'`);
    await refused('UPDATE "Decision" SET "allowed" = true');
  });
});
