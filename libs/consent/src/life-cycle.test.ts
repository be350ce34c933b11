import type { AvatarKind, AvatarState } from '@guise/protocol';
import { avatarState } from '@guise/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countingApprovals, type AvatarCase } from './avatar-case.js';
import { decideApproval } from './decide-approval.js';
import { decideConsent, decideWithdrawal } from './decide-consent.js';
import { decideSubmission } from './decide-draft.js';
import { decideWear } from './decide-wear.js';
import { DEFAULT_POLICY } from './policy.js';
import { actor, approvalText, consentText, hashOf, newDraft, PEOPLE } from './testing/cast.js';
import { attempts, type Model, type Observer, type Real } from './testing/life-cycle-model.js';

const START = 1_000_000;
const person = fc.nat({ max: PEOPLE.length - 1 });
const cast = fc.record({
  kind: fc.constantFrom<AvatarKind>('own-face', 'executive', 'stylised'),
  subject: person,
  drafter: person,
});
type Cast = typeof cast extends fc.Arbitrary<infer T> ? T : never;

function stage({ kind, subject, drafter }: Cast): { model: Model; real: Real } {
  const maker = actor(kind === 'own-face' ? subject : drafter);
  return {
    model: {
      subject: actor(subject).id,
      drafter: maker.id,
      needed: kind === 'executive' ? 2 : 1,
      now: START,
      state: 'draft',
      consentUntil: null,
      decided: new Set(),
      approved: new Set(),
      lifting: new Set(),
    },
    real: { avatar: newDraft(kind, actor(subject), maker), serial: 0 },
  };
}

/** Plays any sequence; the model says at every step what must come of it. */
function play(observe: (real: Real, model: Model) => Observer, numRuns: number): void {
  const current: { observer: Observer } = { observer: () => undefined };
  const commands = fc.commands(
    attempts((from, to, step) => {
      current.observer(from, to, step);
    }),
    { maxCommands: 80, size: 'max' },
  );
  fc.assert(
    fc.property(cast, commands, (players, sequence) => {
      const { model, real } = stage(players);
      current.observer = observe(real, model);
      fc.modelRun(() => ({ model, real }), sequence);
    }),
    { numRuns, seed: 20_261_122 },
  );
}

describe('the avatar life cycle', () => {
  it('does at every step what the model says, and is active only with every signature', () => {
    play(
      (real, model) => () => {
        if (real.avatar.state !== 'active') return;
        expect(model.consentUntil).toBeGreaterThan(model.now);
        const counting = countingApprovals(real.avatar).map(({ approver }) => approver);
        expect(new Set(counting)).toEqual(model.approved);
        expect(counting.length).toBeGreaterThanOrEqual(model.needed);
        for (const approver of counting) {
          expect([model.subject, model.drafter]).not.toContain(approver);
          expect(PEOPLE.find(({ id }) => id === approver)?.roles).toContain('admin');
        }
      },
      1_500,
    );
  });

  it('reaches every state, and comes back only from suspension', () => {
    const arrows = new Set<string>();
    const reached = new Set<AvatarState>(['draft']);
    play(
      () => (from, to) => {
        reached.add(to);
        if (from !== to) arrows.add(`${from} → ${to}`);
      },
      1_500,
    );
    expect([...reached].toSorted()).toEqual([...avatarState.options].toSorted());
    expect([...arrows].toSorted()).toEqual(
      [
        'draft → awaiting-consent',
        'draft → erased',
        'awaiting-consent → awaiting-approval',
        'awaiting-consent → suspended',
        'awaiting-consent → withdrawn',
        'awaiting-approval → active',
        'awaiting-approval → expired',
        'awaiting-approval → suspended',
        'awaiting-approval → withdrawn',
        'active → awaiting-approval',
        'active → expired',
        'active → suspended',
        'active → withdrawn',
        'suspended → active',
        'suspended → expired',
        'suspended → withdrawn',
        'expired → erased',
        'withdrawn → erased',
      ].toSorted(),
    );
  });
});

/** An executive avatar through every signature, worn by its subject. */
function activeExecutive(): AvatarCase {
  const [drafter, first, second, subject] = [actor(0), actor(1), actor(2), actor(4)];
  let avatar = decideSubmission(newDraft('executive', subject, drafter), drafter).next;
  avatar = decideConsent(
    avatar,
    subject,
    consentText(avatar, 1, START),
    hashOf(1),
    DEFAULT_POLICY,
    START,
  ).next;
  for (const [serial, admin] of [first, second].entries()) {
    const text = approvalText(avatar, admin, serial);
    avatar = decideApproval(avatar, admin, text, hashOf(10 + serial), DEFAULT_POLICY, START).next;
  }
  return avatar;
}

describe('wearing', () => {
  const subject = actor(4);
  const wish = { wearer: subject.id, purpose: 'meeting', audience: 'internal' } as const;
  const reasons = (
    avatar: AvatarCase,
    change: Partial<Parameters<typeof decideWear>[1]> = {},
    now = START,
  ): string[] => {
    const decision = decideWear(avatar, { ...wish, ...change }, DEFAULT_POLICY, now);
    return decision.allowed ? [] : decision.reasons.map(({ code }) => code);
  };

  it('is permitted only under an open consent that names wearer, purpose, audience and moment', () => {
    const avatar = activeExecutive();
    expect(avatar.state).toBe('active');
    expect(reasons(avatar)).toEqual([]);
    expect(reasons(avatar, { wearer: actor(1).id })).toEqual(['consent-names-wearer']);
    expect(reasons(avatar, { purpose: 'training' })).toEqual(['consent-names-purpose']);
    expect(reasons(avatar, { audience: 'external' })).toEqual(['consent-names-audience']);
    expect(reasons(avatar, {}, START - 1)).toEqual(['consent-period-running']);
    expect(reasons(avatar, {}, START + 300)).toEqual(['consent-period-running']);
  });

  it('ends with a withdrawal, and with an amendment until it is approved', () => {
    const avatar = activeExecutive();
    expect(reasons(decideWithdrawal(avatar, subject).next)).toEqual([
      'avatar-active',
      'consent-in-force',
      'approvals-complete',
    ]);
    const text = consentText(avatar, 2, START, { audience: ['internal', 'external'] });
    const amended = decideConsent(avatar, subject, text, hashOf(2), DEFAULT_POLICY, START).next;
    expect(reasons(amended, { audience: 'external' })).toEqual(['avatar-active', 'approvals-complete']);
  });
});
