/** THREATS 17: one admin loosens the rules for themselves. Defence: another admin signs the whole text; a legal minimum. */
import { DEFAULT_POLICY } from '@guise/consent';
import { policyInForce, statementOffer } from '@guise/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openTestOrganisation,
  testDatabases,
  textOf,
  type ApiAnswer,
  type TestOrganisation,
  type TestPerson,
} from '@guise/authority/testing';

const LOOSE = { ...DEFAULT_POLICY, nonCommercialModels: true };

describe.each(await testDatabases())('a policy weakened by one admin on %s', (kind) => {
  let org: TestOrganisation;
  let proposal: string;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    proposal = textOf((await post(org.adminA, '/v1/policies', LOOSE)).body, 'id');
  });
  afterAll(async () => {
    // Whatever was tried: what was shipped still holds.
    const { body } = await org.authority.api.get('/v1/policy', { token: org.employee.token });
    expect(policyInForce.parse(body)).toMatchObject({ version: 0, policy: DEFAULT_POLICY });
    await org.authority.close();
  });

  const post = (person: TestPerson, url: string, json: unknown = {}): Promise<ApiAnswer> =>
    org.authority.api.post(url, json, { token: person.token });

  it('is not approved by its own author', async () => {
    expect((await post(org.adminA, `/v1/policies/${proposal}/approval-offer`)).body).toMatchObject({
      code: 'maker-is-checker',
    });
  });

  it('is not approved by another admin’s offer that the author signs', async () => {
    const offer = statementOffer.parse(
      (await post(org.adminB, `/v1/policies/${proposal}/approval-offer`)).body,
    );
    const stolen = org.adminA.sign({ ...offer, options: { challenge: offer.options.challenge } });
    for (const as of [org.adminA, org.adminB]) {
      const answer = await post(as, `/v1/policies/${proposal}/approval`, stolen);
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
  });

  it('is not what the other admin signed for something else', async () => {
    const harmless = { ...DEFAULT_POLICY, maxConsentDays: 30 };
    const innocent = textOf((await post(org.adminA, '/v1/policies', harmless)).body, 'id');
    const offer = statementOffer.parse(
      (await post(org.adminB, `/v1/policies/${innocent}/approval-offer`)).body,
    );
    const signed = org.adminB.sign(offer);
    expect((await post(org.adminB, `/v1/policies/${proposal}/approval`, signed)).status).toBe(422);
    const swapped = signed.statement.replace('"nonCommercialModels": false', '"nonCommercialModels": true');
    expect(swapped).not.toBe(signed.statement);
    const answer = await post(org.adminB, `/v1/policies/${innocent}/approval`, {
      ...signed,
      statement: swapped,
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'statement-mismatch' } });
  });

  it('is not below the legal minimum, whoever asks', async () => {
    for (const change of [
      { approvals: { ...LOOSE.approvals, executive: 1 } },
      { maxConsentDays: 3650 },
      { label: { ...LOOSE.label, text: 'LIVE' } },
      { label: { ...LOOSE.label, text: 'AI MODIFIED \u202eLIVE' } },
      { label: { ...LOOSE.label, text: `AI MODIFIED ${'X'.repeat(200)}` } },
      { label: { ...LOOSE.label, positions: [] } },
    ]) {
      expect((await post(org.adminA, '/v1/policies', { ...LOOSE, ...change })).status).toBe(400);
    }
  });

  it('is not written around the service', async () => {
    const { client } = org.authority.database;
    const enact = (by: string) =>
      client.$executeRawUnsafe(`UPDATE "Policy" SET "state" = 'in-force', "inForce" = 'policy', "version" = 1,
        "sha256" = 'a', "statement" = 'a', "assertion" = 'a', "credentialId" = 'a', "decidedAt" = now(),
        "decidedById" = ${by} WHERE "id" = '${proposal}'`);
    await expect(enact('"proposedById"')).rejects.toThrow();
    await expect(enact('NULL')).rejects.toThrow();
    for (const label of ["'{label,text}', '\"AI MODIFIED \u202e\"'", "'{label,positions}', '[]'"]) {
      const insert = `INSERT INTO "Policy" ("id", "document", "proposedById", "proposedAt")
        SELECT 'pol_x', jsonb_set("document", ${label}), "proposedById", now() FROM "Policy" WHERE "id" = '${proposal}'`;
      await expect(client.$executeRawUnsafe(insert)).rejects.toThrow('legibly');
    }
  });
});
