import { describe, expect, it } from 'vitest';
import { decideConsent } from './decide-consent.js';
import {
  decideRequest,
  decideRequestAnswer,
  decideRequestCancel,
  REQUEST_SECONDS,
  scopeForRequest,
  type RequestCase,
} from './decide-request.js';
import { decideWear } from './decide-wear.js';
import { DEFAULT_POLICY } from './policy.js';
import { actor, consentText, hashOf, newDraft } from './testing/cast.js';

const NOW = 1_000_000;
const ANY_APPROVALS = { ...DEFAULT_POLICY, approvals: { 'own-face': 0, executive: 0, stylised: 0 } };
const [drafter, requester, subject, stranger] = [actor(0), actor(5), actor(4), actor(1)];
const draft = { ...newDraft('executive', subject, drafter), state: 'awaiting-consent' as const };
const consented = decideConsent(
  draft,
  subject,
  consentText(draft, 1, NOW),
  hashOf(1),
  DEFAULT_POLICY,
  NOW,
).next;
const active = { ...consented, state: 'active' as const, approvalsNeeded: 0 };
const request: RequestCase = {
  requester: requester.id,
  subject: subject.id,
  state: 'open',
  expiresAt: NOW + REQUEST_SECONDS,
  wanted: { purposes: ['training'], audience: ['external'], notAfter: NOW + 1_000 },
};
const fresh = { open: 0, declinedAt: null };

describe('requests', () => {
  it('are for what stands in the catalogue, and say the same of everything else', () => {
    expect(decideRequest(active, requester, NOW + 1, fresh, DEFAULT_POLICY, NOW)).toContain(
      'requestable-avatar',
    );
    for (const avatar of [
      null,
      { ...active, kind: 'own-face' as const },
      { ...active, kind: 'stylised' as const },
      { ...active, state: 'draft' as const },
      { ...active, state: 'withdrawn' as const },
    ]) {
      expect(() => decideRequest(avatar, requester, NOW + 1, fresh, DEFAULT_POLICY, NOW)).toThrow(
        'requestable-avatar',
      );
    }
  });

  it('are few, end in time and do not pester', () => {
    const ask = (changes: {
      notAfter?: number;
      open?: number;
      declinedAt?: number | null;
      by?: typeof subject;
    }) =>
      decideRequest(
        active,
        changes.by ?? requester,
        changes.notAfter ?? NOW + 1,
        { ...fresh, ...changes },
        DEFAULT_POLICY,
        NOW,
      );
    expect(() => ask({ by: subject })).toThrow('requester-is-another');
    expect(() => ask({ notAfter: NOW })).toThrow('request-ends-in-time');
    expect(() => ask({ notAfter: NOW + 367 * 24 * 3600 })).toThrow('request-ends-in-time');
    expect(() => ask({ open: 10 })).toThrow('few-open-requests');
    expect(() => ask({ declinedAt: NOW - 6 * 24 * 3600 })).toThrow('no-pestering');
    expect(ask({ open: 9, declinedAt: NOW - 7 * 24 * 3600 })).toContain('no-pestering');
  });

  it('are answered by the subject and cancelled by who asked, while they are open', () => {
    expect(decideRequestAnswer(request, subject, NOW)).toContain('subject-answers');
    expect(decideRequestCancel(request, requester, NOW)).toContain('requester-cancels');
    expect(() => decideRequestAnswer(request, stranger, NOW)).toThrow('subject-answers');
    expect(() => decideRequestCancel(request, subject, NOW)).toThrow('requester-cancels');
    expect(() => decideRequestAnswer(request, subject, request.expiresAt)).toThrow('request-open');
    expect(() => decideRequestAnswer({ ...request, state: 'cancelled' }, subject, NOW)).toThrow(
      'request-open',
    );
  });

  it('lead to a consent that adds terms for the requester alone, inside the period there is', () => {
    const scope = scopeForRequest(active, request, NOW + 10);
    expect(scope.further).toEqual([
      {
        wearers: [requester.id],
        purposes: ['training'],
        audience: ['external'],
        notBefore: NOW + 10,
        notAfter: active.consent?.notAfter,
      },
    ]);
    const text = consentText(active, 2, NOW + 10, scope);
    const amended = decideConsent(active, subject, text, hashOf(2), DEFAULT_POLICY, NOW + 10).next;
    const wear = (wearer: string, purpose: 'meeting' | 'training', audience: 'internal' | 'external') =>
      decideWear({ ...amended, state: 'active' }, { wearer, purpose, audience }, ANY_APPROVALS, NOW + 20)
        .allowed;
    expect(wear(requester.id, 'training', 'external')).toBe(true);
    expect(wear(requester.id, 'meeting', 'internal')).toBe(false);
    expect(wear(subject.id, 'meeting', 'internal')).toBe(true);
    expect(wear(subject.id, 'training', 'external')).toBe(false);
  });

  it('drop terms that are over, and refuse more than a statement can hold', () => {
    const terms = { wearers: [], purposes: [], audience: [], notBefore: NOW, notAfter: NOW + 5 };
    const many = Array.from({ length: 20 }, () => terms);
    const consent = active.consent;
    if (consent === null) throw new Error('no consent');
    const full = { ...active, consent: { ...consent, terms: [...consent.terms, ...many] } };
    expect(() => scopeForRequest(full, request, NOW)).toThrow('few-further-terms');
    expect(scopeForRequest(full, request, NOW + 6).further).toHaveLength(1);
  });
});
