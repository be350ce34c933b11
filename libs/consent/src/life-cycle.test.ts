import type { ApprovalStatement, AvatarKind, ConsentStatement } from '@guise/protocol';
import { avatarId, approvalId, consentId, personId, sourceFaceId } from '@guise/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approvalsNeeded, type Actor, type AvatarCase } from './avatar-case.js';
import { decideApproval, decideSuspension } from './decide-approval.js';
import { decideConsent, decideExpiry, decideWithdrawal } from './decide-consent.js';
import { decideWear } from './decide-wear.js';
import { ConsentError } from './errors.js';

const id = (prefix: string, index: number) =>
  `${prefix}_${'abcdefghijklmnopqrstuvwxyz'.charAt(index).repeat(26)}`;
const PEOPLE: readonly Actor[] = [
  { id: id('per', 0), roles: ['admin'] },
  { id: id('per', 1), roles: ['admin'] },
  { id: id('per', 2), roles: ['admin', 'employee'] },
  { id: id('per', 3), roles: ['employee'] },
  { id: id('per', 4), roles: ['auditor'] },
];
const VERSIONS = ['a'.repeat(64), 'b'.repeat(64)] as const;
const person = fc.nat({ max: PEOPLE.length - 1 });
const START = 1_000_000;

const SUBJECT = -1;
const actorOrSubject = fc.oneof(person, fc.constant(SUBJECT));
/** The right value mostly, so that sequences get far, and a wrong one now and then. */
const rarely = <T>(right: T, wrong: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: fc.constant(right), weight: 6 }, { arbitrary: wrong, weight: 1 });
const named = rarely<number | null>(null, person);
const version = rarely(0, fc.constant(1));
const flag = rarely(false, fc.constant(true));

/** Anything anyone may try, with statements that may name the wrong version, consent or person. */
const attempt = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constant('consent' as const), by: actorOrSubject, named, version }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      what: fc.constant('approve' as const),
      by: person,
      named,
      version,
      staleConsent: flag,
      reject: flag,
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('withdraw' as const), by: actorOrSubject }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('suspend' as const), by: person }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('wait' as const), seconds: fc.nat({ max: 200 }) }) },
);
type Attempt = typeof attempt extends fc.Arbitrary<infer T> ? T : never;

/** What really was signed, kept apart from the code under test. */
interface Journal {
  now: number;
  serial: number;
  avatar: AvatarCase;
  consentBy: string | null;
  consentOpen: boolean;
  consentHash: string;
  approvedBy: Set<string>;
}

function actor(index: number): Actor {
  const found = PEOPLE[index];
  if (found === undefined) throw new Error('no such person');
  return found;
}

function find(personId: string): Actor {
  const found = PEOPLE.find((person) => person.id === personId);
  if (found === undefined) throw new Error('no such person');
  return found;
}

function versionOf(index: number): string {
  return index === 0 ? VERSIONS[0] : VERSIONS[1];
}

function consentText(journal: Journal, by: Actor, version: number): ConsentStatement {
  return {
    type: 'guise.consent.v1',
    id: consentId.parse(id('con', journal.serial % 26)),
    avatar: avatarId.parse(journal.avatar.id),
    avatarSha256: versionOf(version),
    subject: personId.parse(by.id),
    sourceFace: journal.avatar.sourceFace === null ? null : sourceFaceId.parse(journal.avatar.sourceFace),
    wearers: [personId.parse(journal.avatar.subject)],
    purposes: ['meeting'],
    audience: ['internal'],
    notBefore: journal.now,
    notAfter: journal.now + 300,
    noticeSha256: 'c'.repeat(64),
    locale: 'en',
    issuedAt: journal.now,
    nonce: 'n',
  };
}

function approvalText(
  journal: Journal,
  by: Actor,
  tried: Extract<Attempt, { what: 'approve' }>,
): ApprovalStatement {
  return {
    type: 'guise.approval.v1',
    id: approvalId.parse(id('apr', journal.serial % 26)),
    avatar: avatarId.parse(journal.avatar.id),
    avatarSha256: versionOf(tried.version),
    consentSha256: tried.staleConsent ? 'd'.repeat(64) : journal.consentHash,
    approver: personId.parse(by.id),
    decision: tried.reject ? 'reject' : 'approve',
    issuedAt: journal.now,
    nonce: 'n',
  };
}

function play(journal: Journal, tried: Attempt): void {
  journal.serial += 1;
  const whois = (index: number): Actor => (index === SUBJECT ? find(journal.avatar.subject) : actor(index));
  const hash = journal.serial.toString(16).padStart(64, '0');
  switch (tried.what) {
    case 'consent': {
      const statement = consentText(journal, whois(tried.named ?? tried.by), tried.version);
      journal.avatar = decideConsent(journal.avatar, whois(tried.by), statement, hash, journal.now).next;
      Object.assign(journal, { consentBy: whois(tried.by).id, consentOpen: true, consentHash: hash });
      journal.approvedBy.clear();
      return;
    }
    case 'approve': {
      const statement = approvalText(journal, whois(tried.named ?? tried.by), tried);
      journal.avatar = decideApproval(journal.avatar, whois(tried.by), statement, hash, journal.now).next;
      if (!tried.reject) journal.approvedBy.add(whois(tried.by).id);
      return;
    }
    case 'withdraw':
      journal.avatar = decideWithdrawal(journal.avatar, whois(tried.by)).next;
      journal.consentOpen = false;
      return;
    case 'suspend':
      journal.avatar = decideSuspension(journal.avatar, whois(tried.by)).next;
      return;
    case 'wait':
      journal.now += tried.seconds;
      journal.avatar = decideExpiry(journal.avatar, journal.now)?.next ?? journal.avatar;
  }
}

function newJournal(kind: AvatarKind, subject: Actor, draftedBy: Actor): Journal {
  const likeness = kind === 'own-face' ? 'person' : 'artwork';
  return {
    now: START,
    serial: 0,
    consentBy: null,
    consentOpen: false,
    consentHash: 'e'.repeat(64),
    approvedBy: new Set(),
    avatar: {
      id: id('ava', 0),
      sha256: VERSIONS[0],
      kind,
      likeness,
      subject: subject.id,
      draftedBy: draftedBy.id,
      sourceFace: likeness === 'person' ? id('sfa', 0) : null,
      approvalsNeeded: approvalsNeeded(kind),
      state: 'awaiting-consent',
      consent: null,
      approvals: [],
    },
  };
}

/** The one invariant: whoever looks active has the subject's open consent and enough independent admins' approvals. */
function expectEverySignature(journal: Journal): void {
  const { avatar } = journal;
  if (avatar.state !== 'active') return;
  expect(journal.consentBy).toBe(avatar.subject);
  expect(journal.consentOpen).toBe(true);
  const independent = [...journal.approvedBy].filter(
    (approver) =>
      approver !== avatar.subject &&
      approver !== avatar.draftedBy &&
      PEOPLE.find(({ id: known }) => known === approver)?.roles.includes('admin') === true,
  );
  expect(independent.length).toBeGreaterThanOrEqual(avatar.kind === 'executive' ? 2 : 1);
}

describe('the avatar life cycle', () => {
  const cast = fc.record({
    kind: fc.constantFrom<AvatarKind>('own-face', 'executive', 'stylised'),
    subject: person,
    drafter: person,
  });

  it('never reaches active without every signature, whatever is tried in whatever order', () => {
    let reached = 0;
    fc.assert(
      fc.property(
        cast,
        fc.array(attempt, { minLength: 4, maxLength: 60 }),
        ({ kind, subject, drafter }, attempts) => {
          const journal = newJournal(kind, actor(subject), actor(kind === 'own-face' ? subject : drafter));
          for (const tried of attempts) {
            try {
              play(journal, tried);
            } catch (error) {
              if (!(error instanceof ConsentError)) throw error;
            }
            expectEverySignature(journal);
          }
          if (journal.approvedBy.size > 0 && journal.avatar.state === 'active') reached += 1;
        },
      ),
      { numRuns: 2_000, seed: 20_261_122 },
    );
    // The test would prove nothing if no sequence got there.
    expect(reached).toBeGreaterThan(100);
  });

  it('never comes back from withdrawn, expired or suspended', () => {
    const ended = fc.constantFrom('withdrawn' as const, 'expired' as const, 'suspended' as const);
    fc.assert(
      fc.property(
        ended,
        cast,
        fc.array(attempt, { maxLength: 30 }),
        (state, { kind, subject, drafter }, attempts) => {
          const journal = newJournal(kind, actor(subject), actor(drafter));
          journal.avatar = { ...journal.avatar, state };
          for (const tried of attempts) {
            try {
              play(journal, tried);
            } catch (error) {
              if (!(error instanceof ConsentError)) throw error;
            }
            expect(['withdrawn', 'expired', 'suspended']).toContain(journal.avatar.state);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('permits wearing only under an open consent that names wearer, purpose, audience and moment', () => {
    const [drafter, first, second, subject] = [actor(0), actor(1), actor(2), actor(3)];
    const journal = newJournal('executive', subject, drafter);
    play(journal, { what: 'consent', by: 3, named: 3, version: 0 });
    const approve = (by: number) =>
      ({ what: 'approve', by, named: by, version: 0, staleConsent: false, reject: false }) as const;
    play(journal, approve(1));
    play(journal, approve(2));
    expect(journal.avatar.approvals.map(({ approver }) => approver)).toEqual([first.id, second.id]);
    const wish = { wearer: subject.id, purpose: 'meeting', audience: 'internal' } as const;
    const reasons = (change: Partial<Parameters<typeof decideWear>[1]>, now = journal.now) => {
      const decision = decideWear(journal.avatar, { ...wish, ...change }, now);
      return decision.allowed ? [] : decision.reasons.map(({ code }) => code);
    };
    expect(reasons({})).toEqual([]);
    expect(reasons({ wearer: first.id })).toEqual(['consent-names-wearer']);
    expect(reasons({ purpose: 'training' })).toEqual(['consent-names-purpose']);
    expect(reasons({ audience: 'external' })).toEqual(['consent-names-audience']);
    expect(reasons({}, journal.now - 1)).toEqual(['consent-period-running']);
    expect(reasons({}, journal.now + 300)).toEqual(['consent-period-running']);
    play(journal, { what: 'withdraw', by: 3 });
    expect(reasons({})).toEqual(['avatar-active', 'consent-in-force', 'approvals-complete']);
  });
});
