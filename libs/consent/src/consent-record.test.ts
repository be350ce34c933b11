import { CONSENT_RECORD_CONTEXT, consentRecord } from '@guise/protocol';
import { describe, expect, it } from 'vitest';
import { buildConsentRecord, type ConsentFacts } from './consent-record.js';
import { actor, consentText, hashOf, newDraft } from './testing/cast.js';

const NOW = 1_800_000_000;
const avatar = newDraft('executive', actor(4), actor(0));
const { wearers, notBefore, notAfter } = consentText(avatar, 1, NOW);
const statement = consentText(avatar, 1, NOW, {
  platforms: ['meet.example'],
  further: [{ wearers, purposes: ['meeting', 'training'], audience: ['external'], notBefore, notAfter }],
});
const facts: ConsentFacts = {
  controller: { id: 'https://guise.example', name: 'Example' },
  statement,
  statementSha256: hashOf(1),
  likeness: 'artwork',
  givenAt: NOW + 5,
  withdrawnAt: null,
  supersededBy: null,
  pseudonymOf: (person) => person.slice(4).padEnd(43, 'x'),
};

describe('a consent record', () => {
  it('is of its form and names nobody', () => {
    const record = buildConsentRecord(facts, NOW + 10);
    expect(consentRecord.parse(record)).toEqual(record);
    expect(JSON.stringify(record)).not.toMatch(/per_/);
    expect(record.purposes).toEqual([
      { purpose: 'meeting', dpv_purpose: 'dpv:CommunicationManagement' },
      { purpose: 'training', dpv_purpose: 'dpv:PersonnelManagement' },
    ]);
    expect(record.terms.map(({ audience, platforms }) => [audience, platforms])).toEqual([
      [['internal'], ['meet.example']],
      [['external'], null],
    ]);
  });

  it('tells what happened to the consent', () => {
    const states = (changes: Partial<ConsentFacts>, now: number) =>
      buildConsentRecord({ ...facts, ...changes }, now).events.map(({ state }) => state);
    expect(states({}, NOW + 10)).toEqual(['dpv:ConsentRequested', 'dpv:ConsentGiven']);
    expect(states({}, statement.notAfter)).toContain('dpv:ConsentExpired');
    expect(states({ withdrawnAt: NOW + 20 }, statement.notAfter)).toEqual([
      'dpv:ConsentRequested',
      'dpv:ConsentGiven',
      'dpv:ConsentWithdrawn',
    ]);
    const amended = { ...statement, supersedes: statement.id };
    expect(states({ statement: amended }, NOW + 10)).toContain('dpv:RenewedConsentGiven');
  });

  it('brings every word it uses in its own context', () => {
    const record = buildConsentRecord(facts, NOW + 10);
    const words = new Set<string>();
    const collect = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(collect);
      else if (typeof value === 'object' && value !== null) {
        for (const [key, member] of Object.entries(value)) {
          if (key === '@context') continue;
          if (key !== '@type') words.add(key);
          collect(member);
        }
      } else if (typeof value === 'string' && /^(dpv|pd|eu-gdpr|guise):/.test(value)) {
        words.add(value.slice(0, value.indexOf(':')));
      }
    };
    collect(record);
    expect([...words].filter((word) => !(word in CONSENT_RECORD_CONTEXT))).toEqual([]);
    expect(record['@context']).toEqual(CONSENT_RECORD_CONTEXT);
  });
});
