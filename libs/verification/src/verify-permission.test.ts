import { describe, expect, it } from 'vitest';
import type { LedgerPayload } from '@guise/ledger';
import {
  createScenario,
  createSigner,
  NOW,
  passkeyEntry,
  people,
  signStatement,
  strangerKey,
  trust,
  type Deviations,
} from './testing/scenario.js';
import { failuresOf, change } from './testing/deviations.js';
import { lenient } from './testing/report.js';
import { verifyProofBundle } from './verify-bundle.js';

describe('a permission that was not given names the check that failed', () => {
  it('device: permit for another key, another person, no signed pairing, revoked before', async () => {
    expect(await failuresOf({ claims: (claims) => ({ ...claims, cnf: { jkt: strangerKey.kid } }) })).toEqual([
      'device-binding',
    ]);
    const unsigned = change('device', ({ statement: _statement, assertion: _assertion, ...entry }) => entry);
    expect(await failuresOf({ entries: unsigned })).toEqual(['device-pairing']);
    const foreignKey = change('device', (entry) => ({ ...entry, jwk: strangerKey.publicJwk }));
    expect(await failuresOf({ entries: foreignKey })).toEqual(['device-pairing']);
    const revoked = (entries: LedgerPayload[]): LedgerPayload[] =>
      entries.flatMap((entry): LedgerPayload[] =>
        entry.kind === 'device' ? [entry, { ...entry, state: 'revoked' }] : [entry],
      );
    expect(await failuresOf({ entries: revoked })).toEqual(['device-pairing']);
  });

  it('consent: signed by another person, or with a passkey the log did not know', async () => {
    const forgedBy = (signer: typeof people.subject) =>
      change('consent-given', (entry) => {
        const { statement, assertion } = signStatement(
          signer,
          JSON.parse(new TextDecoder().decode(entry.statement)),
        );
        return { ...entry, statement, assertion };
      });
    expect(await failuresOf({ entries: forgedBy(people.drafter) })).toEqual(['consent-signature']);
    const stranger = createSigner();
    expect(await failuresOf({ entries: forgedBy(stranger) })).toEqual(['consent-signature']);
    // A passkey slipped in after the fact does not help: it must be in the log before the signature.
    const late = (entries: LedgerPayload[]): LedgerPayload[] => [
      ...forgedBy(stranger)(entries),
      { ...passkeyOf(stranger), person: people.subject.person },
    ];
    expect(await failuresOf({ entries: late })).toEqual(['consent-signature']);
  });

  it('consent: a changed statement, a removed passkey', async () => {
    const changed = change('consent-given', (entry) => {
      const text = new TextDecoder().decode(entry.statement).replace('"internal"', '"external"');
      return { ...entry, statement: new TextEncoder().encode(text) };
    });
    expect(await failuresOf({ entries: changed })).toContain('consent-signature');
    const removed = (entries: LedgerPayload[]): LedgerPayload[] =>
      entries.flatMap((entry): LedgerPayload[] =>
        entry.kind === 'passkey' && entry.person === people.subject.person
          ? [entry, { ...entry, state: 'removed' }]
          : [entry],
      );
    expect(await failuresOf({ entries: removed })).toEqual(['consent-signature']);
  });

  it('scope: other purpose, audience, face or avatar; longer than the consent; after withdrawal', async () => {
    type Wear = Parameters<NonNullable<Deviations['claims']>>[0]['authorization_details'][number];
    const wear = (changes: Partial<Wear>): Deviations => ({
      claims: (claims) => ({
        ...claims,
        authorization_details: claims.authorization_details.map((one) => ({ ...one, ...changes })),
      }),
    });
    for (const changes of [
      { purpose: 'training' as const },
      { audience: 'external' as const },
      { source_face: null },
      { not_after: NOW + 86_401 },
    ]) {
      expect(await failuresOf(wear(changes))).toEqual(['consent-scope']);
    }
    const withdrawnBefore = (entries: LedgerPayload[]): LedgerPayload[] =>
      entries.flatMap((entry): LedgerPayload[] =>
        entry.kind === 'session-opened'
          ? [...entries.filter(({ kind }) => kind === 'consent-withdrawn'), entry]
          : entry.kind === 'consent-withdrawn'
            ? []
            : [entry],
      );
    expect(await failuresOf({ withdrawnAt: NOW - 1, entries: withdrawnBefore })).toEqual(['consent-scope']);
  });

  it('approvals: one too few, the maker’s own, a rejection, not active', async () => {
    expect(await failuresOf({ oneApproval: true })).toEqual(['approvals-sufficient']);
    const byMaker = change('avatar-state', (entry) => ({ ...entry, draftedBy: people.admins[0].person }));
    expect(await failuresOf({ entries: byMaker })).toEqual(['approvals-sufficient']);
    const bySubject = change('avatar-state', (entry) => ({ ...entry, subject: people.admins[1].person }));
    expect(await failuresOf({ entries: bySubject })).toEqual(['approvals-sufficient']);
    const suspended = change('avatar-state', (entry) =>
      entry.to === 'active' ? { ...entry, to: 'suspended' } : entry,
    );
    expect(await failuresOf({ entries: suspended })).toEqual(['approvals-sufficient']);
    const forged = change('approval', (entry) => ({ ...entry, person: people.drafter.person }));
    expect(await failuresOf({ entries: forged })).toEqual(['approval-signatures']);
    expect(
      (
        await verifyProofBundle(
          (await createScenario({ oneApproval: true, avatarKind: 'own-face' })).bundle,
          trust,
          lenient,
        )
      ).outcome,
    ).toBe('valid');
  });
});

function passkeyOf(signer: typeof people.subject): Extract<LedgerPayload, { kind: 'passkey' }> {
  const entry = passkeyEntry(signer);
  if (entry.kind !== 'passkey') throw new Error('not a passkey entry');
  return entry;
}
