/** THREATS 17: the subject signs one purpose and another is used. Defence: the exact text is signed, kept and read. */
import { assertionFromWebauthn } from '@guise/ledger';
import { webauthnResponse } from '@guise/protocol';
import { findAssertionFault } from '@guise/verification';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  activeExecutiveAvatar,
  askPermit,
  draftAvatar,
  enrol,
  openTestOrganisation,
  pairDevice,
  scopeFor,
  testDatabases,
  textOf,
  type TestOrganisation,
} from '@guise/authority/testing';

const EXECUTIVE = { kind: 'executive', likeness: 'artwork', face: null } as const;

describe.each(await testDatabases())('a consent with a swapped purpose on %s', (kind) => {
  let org: TestOrganisation;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    await enrol(org, org.employee, 'face:employee');
  });
  afterAll(() => org.authority.close());

  it('is not taken, with a purpose more or another one', async () => {
    const avatar = textOf((await draftAvatar(org, org.adminA, org.executive, EXECUTIVE)).body, 'id');
    const url = `/v1/avatars/${avatar}`;
    const token = org.executive.token;
    for (const purposes of ['"customer-service"', '"meeting",\n    "customer-service"']) {
      const scope = scopeFor(org.authority, org.employee);
      const offer = await org.authority.api.post(`${url}/consent-offer`, scope, { token });
      const signed = org.executive.sign(offer.body);
      const statement = signed.statement.replace('"meeting"', purposes);
      expect(statement).not.toBe(signed.statement);
      const answer = await org.authority.api.post(`${url}/consents`, { ...signed, statement }, { token });
      expect(answer).toMatchObject({ status: 422, body: { code: 'statement-mismatch' } });
    }
  });

  it('gives no permit when the registry is edited: the signed text decides', async () => {
    const id = await activeExecutiveAvatar(org, org.employee);
    const device = await pairDevice(org.authority, org.employee);
    const { client } = org.authority.database;
    const row = await client.consent.findFirstOrThrow({ where: { inForceFor: id } });
    const edit = (set: string) =>
      client.$executeRawUnsafe(`UPDATE "Consent" SET ${set} WHERE "id" = '${row.id}'`);
    await expect(edit(`"purposes" = ARRAY['customer-service']`)).rejects.toThrow();
    await expect(edit(`"statement" = replace("statement", 'meeting', 'customer-service')`)).rejects.toThrow();
    // Somebody who owns the database can take the guard away; the list beside the text still decides nothing.
    await client.$executeRawUnsafe('ALTER TABLE "Consent" DISABLE TRIGGER "consent_statement_immutable"');
    await edit(`"purposes" = ARRAY['customer-service']`);
    const { sha256 } = await client.avatar.findUniqueOrThrow({ where: { id } });
    const request = { purpose: 'customer-service' };
    const { answer } = await askPermit(org.authority, device, { id, sha256 }, { request });
    expect(answer.body).toMatchObject({ reasons: [{ code: 'consent-names-purpose' }] });
  });

  it('shows in the signature, to anyone and offline', async () => {
    const { client } = org.authority.database;
    const row = await client.consent.findFirstOrThrow();
    const passkey = await client.passkey.findUniqueOrThrow({ where: { id: row.credentialId } });
    const { rpId, publicUrl } = org.authority.config;
    const faultOf = (statement: string) =>
      findAssertionFault({
        statement: new TextEncoder().encode(statement),
        assertion: assertionFromWebauthn(webauthnResponse.parse(JSON.parse(row.assertion))),
        publicKey: new Uint8Array(passkey.publicKey),
        rpId,
        origins: [publicUrl],
      });
    expect(faultOf(row.statement)).toBeNull();
    expect(faultOf(row.statement.replace('meeting', 'customer-service'))).toBe('challenge');
  });
});
