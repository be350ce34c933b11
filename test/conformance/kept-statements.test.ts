/**
 * What people signed is kept so that it can be checked again years later, with the kept bytes, the published relying party
 * and nothing of the running service: once from the registry, once from the ledger alone.
 */
import { DEFAULT_POLICY } from '@guise/consent';
import { assertionFromWebauthn, parsePayload, type AssertionEvidence } from '@guise/ledger';
import {
  approvalStatement,
  consentStatement,
  deviceStatement,
  policyStatement,
  trustRoot,
  webauthnResponse,
} from '@guise/protocol';
import { findAssertionFault } from '@guise/verification';
import type { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  activeExecutiveAvatar,
  consentTo,
  decideOn,
  openTestOrganisation,
  pairDevice,
  scopeFor,
  testDatabases,
  textOf,
  type TestOrganisation,
} from '@guise/authority/testing';

/** One signed text with the key that the signer's passkey had. */
interface Kept {
  readonly kind: string;
  readonly statement: Uint8Array;
  readonly assertion: AssertionEvidence;
  readonly publicKey: Uint8Array;
}

const FORMS: Readonly<Record<string, z.ZodType>> = {
  consent: consentStatement,
  approval: approvalStatement,
  device: deviceStatement,
  policy: policyStatement,
};

describe.each(await testDatabases())('kept statements on %s', (kind) => {
  let org: TestOrganisation;
  let trusted: Pick<z.infer<typeof trustRoot>, 'rpId' | 'origins'>;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
    const { api } = org.authority;
    const avatar = await activeExecutiveAvatar(org, org.employee);
    await api.post(`/v1/avatars/${avatar}/suspend`, {}, { token: org.adminB.token });
    await decideOn(org, org.adminB, avatar, 'resume');
    await decideOn(org, org.adminC, avatar, 'resume');
    await consentTo(org, org.executive, avatar, scopeFor(org.authority, org.employee));
    await decideOn(org, org.adminB, avatar, 'reject');
    const policy = { ...DEFAULT_POLICY, maxConsentDays: 30 };
    const proposed = await api.post('/v1/policies', policy, { token: org.adminA.token });
    const url = `/v1/policies/${textOf(proposed.body, 'id')}`;
    const offer = await api.post(`${url}/approval-offer`, {}, { token: org.adminB.token });
    await api.post(`${url}/approval`, org.adminB.sign(offer.body), { token: org.adminB.token });
    await pairDevice(org.authority, org.employee);
    trusted = trustRoot.parse((await api.get('/.well-known/guise-trust.json')).body);
  });
  afterAll(() => org.authority.close());

  const faultOf = (kept: Kept, statement = kept.statement) =>
    findAssertionFault({ ...kept, statement, rpId: trusted.rpId, origins: trusted.origins });

  function expectAllHold(kept: readonly Kept[]): void {
    expect(countByKind(kept)).toEqual({ consent: 2, approval: 5, device: 1, policy: 1 });
    for (const each of kept) {
      expect([each.kind, faultOf(each)]).toEqual([each.kind, null]);
      const text = new TextDecoder().decode(each.statement);
      expect(FORMS[each.kind]?.safeParse(JSON.parse(text)).success).toBe(true);
      const altered = new TextEncoder().encode(text.replace(/"issuedAt": \d/, '"issuedAt": 9'));
      expect([each.kind, faultOf(each, altered)]).toEqual([each.kind, 'challenge']);
    }
  }

  it('hold in the registry, each by the key of the passkey that it names', async () => {
    const { client } = org.authority.database;
    const keys = new Map((await client.passkey.findMany()).map(({ id, publicKey }) => [id, publicKey]));
    const keep = (of: string, rows: readonly Row[]): Kept[] =>
      rows.map(({ statement, assertion, credentialId }) => ({
        kind: of,
        statement: new TextEncoder().encode(statement ?? ''),
        assertion: assertionFromWebauthn(webauthnResponse.parse(JSON.parse(assertion ?? ''))),
        publicKey: new Uint8Array(keys.get(credentialId ?? '') ?? []),
      }));
    expectAllHold([
      ...keep('consent', await client.consent.findMany()),
      ...keep('approval', await client.approval.findMany()),
      ...keep('device', await client.device.findMany()),
      ...keep('policy', await client.policy.findMany()),
    ]);
  });

  it('hold in the ledger alone, each by a key that the log knew before', async () => {
    const rows = await org.authority.database.client.ledgerEntry.findMany({ orderBy: { id: 'asc' } });
    const keys = new Map<string, Uint8Array>();
    const kept: Kept[] = [];
    for (const { payload } of rows) {
      const entry = parsePayload(new Uint8Array(payload ?? []));
      if (entry.kind === 'passkey') keys.set(String(entry.credential), entry.publicKey);
      if (!('statement' in entry) || entry.statement === undefined || entry.assertion === undefined) continue;
      const { statement, assertion } = entry;
      const publicKey = keys.get(String(assertion.credential)) ?? new Uint8Array();
      kept.push({ kind: entry.kind.replace('consent-given', 'consent'), statement, assertion, publicKey });
    }
    expectAllHold(kept);
  });
});

interface Row {
  readonly statement: string | null;
  readonly assertion: string | null;
  readonly credentialId: string | null;
}

function countByKind(kept: readonly Kept[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of kept) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
