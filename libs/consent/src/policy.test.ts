import {
  personId,
  policyDocument,
  policyId,
  type PolicyDocument,
  type PolicyStatement,
} from '@guise/protocol';
import { describe, expect, it } from 'vitest';
import { decideApproval, decideApprovalOffer } from './decide-approval.js';
import { decideConsent, decideConsentOffer } from './decide-consent.js';
import { decideDraft } from './decide-draft.js';
import { decideRequest } from './decide-request.js';
import { decideWear } from './decide-wear.js';
import {
  decidePolicy,
  decidePolicyOffer,
  decideProposal,
  DEFAULT_POLICY,
  type PolicyInForce,
  type PolicyProposal,
} from './policy.js';
import { actor, approvalText, consentText, hashOf, idOf, newDraft } from './testing/cast.js';

const NOW = 1_000_000;
const [drafter, first, second, third, subject] = [actor(0), actor(1), actor(2), actor(3), actor(4)];
const policyWith = (changes: Partial<PolicyDocument>): PolicyDocument => ({ ...DEFAULT_POLICY, ...changes });

describe('a policy', () => {
  it('is shipped in a form that its own schema takes', () => {
    expect(policyDocument.parse(DEFAULT_POLICY)).toEqual(DEFAULT_POLICY);
  });

  it('cannot go below the legal minimum', () => {
    for (const change of [
      { approvals: { ...DEFAULT_POLICY.approvals, executive: 1 } },
      { approvals: { ...DEFAULT_POLICY.approvals, stylised: 0 } },
      { maxConsentDays: 367 },
      { kinds: [] },
      { purposes: [] },
      { catalogue: ['own-face'] },
      { label: { text: 'Hello', positions: ['top-right'] } },
      { label: { text: 'AI MODIFIED', positions: [] } },
      { audit: { ...DEFAULT_POLICY.audit, decisions: ['employee'] } },
      { surprise: true },
    ]) {
      expect([change, policyDocument.safeParse({ ...DEFAULT_POLICY, ...change }).success]).toEqual([
        change,
        false,
      ]);
    }
  });

  it('is asked in every decision about an avatar', () => {
    const noExecutives = policyWith({ kinds: ['own-face', 'stylised'] });
    const noMeetings = policyWith({ purposes: ['training'] });
    const oneDay = policyWith({ maxConsentDays: 1 });
    const waiting = { ...newDraft('executive', subject, drafter), state: 'awaiting-consent' as const };
    const draft = { kind: 'executive', likeness: 'artwork', subject: subject.id } as const;
    expect(() => decideDraft(drafter, draft, noExecutives)).toThrow('policy-allows-kind');
    const scope = consentText(waiting, 1, NOW, { notAfter: NOW + 2 * 24 * 3600 });
    const offer = (policy: PolicyDocument) => decideConsentOffer(waiting, subject, scope, policy, NOW);
    expect(offer(DEFAULT_POLICY)).toContain('policy-limits-period');
    expect(() => offer(noExecutives)).toThrow('policy-allows-kind');
    expect(() => offer(noMeetings)).toThrow('policy-allows-purposes');
    expect(() => offer(oneDay)).toThrow('policy-limits-period');
    const consented = decideConsent(waiting, subject, scope, hashOf(1), DEFAULT_POLICY, NOW).next;
    expect(() => decideApprovalOffer(consented, first, 'approve', noExecutives)).toThrow(
      'policy-allows-kind',
    );
    expect(decideApprovalOffer(consented, first, 'reject', noExecutives)).toContain('state-allows');
    const active = { ...consented, state: 'active' as const, approvalsNeeded: 0 };
    const wish = { wearer: subject.id, purpose: 'meeting', audience: 'internal' } as const;
    const refusals = (policy: PolicyDocument, now = NOW) => {
      const decision = decideWear(active, wish, policy, now);
      return decision.allowed ? decision.consent.notAfter : decision.reasons.map(({ code }) => code);
    };
    const lenient = { approvals: { ...DEFAULT_POLICY.approvals, executive: 0 } };
    expect(refusals(policyWith(lenient))).toBe(scope.notAfter);
    expect(refusals({ ...noExecutives, ...lenient })).toEqual(['policy-allows-kind']);
    expect(refusals({ ...noMeetings, ...lenient })).toEqual(['policy-allows-purposes']);
    expect(refusals({ ...oneDay, ...lenient })).toBe(NOW + 24 * 3600);
    expect(refusals({ ...oneDay, ...lenient }, NOW + 24 * 3600)).toEqual(['policy-limits-period']);
    const history = { open: 0, declinedAt: null };
    const ask = () => decideRequest(active, first, NOW + 1, history, policyWith({ catalogue: [] }), NOW);
    expect(ask).toThrow('requestable-avatar');
  });

  it('may ask for more approvals than the version was drafted under, never for fewer', () => {
    const three = policyWith({ approvals: { ...DEFAULT_POLICY.approvals, executive: 3 } });
    let avatar = { ...newDraft('executive', subject, drafter), state: 'awaiting-consent' as const };
    const approve = (policy: PolicyDocument, needed: number) => {
      const text = consentText(avatar, 1, NOW);
      let waiting = decideConsent(avatar, subject, text, hashOf(1), policy, NOW).next;
      const states = [first, second, third].slice(0, needed).map((admin, serial) => {
        const approval = approvalText(waiting, admin, serial);
        waiting = decideApproval(waiting, admin, approval, hashOf(10 + serial), policy, NOW).next;
        return waiting.state;
      });
      return { states, waiting };
    };
    expect(approve(three, 3).states).toEqual(['awaiting-approval', 'awaiting-approval', 'active']);
    const { waiting } = approve(DEFAULT_POLICY, 2);
    const wish = { wearer: subject.id, purpose: 'meeting', audience: 'internal' } as const;
    expect(decideWear(waiting, wish, DEFAULT_POLICY, NOW).allowed).toBe(true);
    expect(decideWear(waiting, wish, three, NOW)).toMatchObject({
      reasons: [{ code: 'approvals-complete' }],
    });
    avatar = { ...avatar, approvalsNeeded: 3 };
    expect(approve(DEFAULT_POLICY, 2).states).toEqual(['awaiting-approval', 'awaiting-approval']);
  });
});

describe('a new policy', () => {
  const current: PolicyInForce = { id: null, version: 0, sha256: null, policy: DEFAULT_POLICY };
  const proposal: PolicyProposal = {
    id: idOf('pol', 1),
    state: 'proposed',
    proposedBy: first.id,
    policy: policyWith({ maxConsentDays: 30 }),
  };
  const text = (changes: Partial<PolicyStatement> = {}): PolicyStatement => ({
    type: 'guise.policy.v1',
    id: policyId.parse(proposal.id),
    version: 1,
    supersedes: null,
    policy: proposal.policy,
    proposedBy: personId.parse(first.id),
    approver: personId.parse(second.id),
    issuedAt: NOW,
    nonce: 'n',
    ...changes,
  });

  it('takes two admins, and the second signs all of it', () => {
    expect(decideProposal(first)).toEqual(['admin-makes-policy']);
    expect(() => decideProposal(subject)).toThrow('admin-makes-policy');
    expect(decidePolicy(proposal, second, text(), current)).toContain('policy-by-two');
    expect(() => decidePolicyOffer(proposal, first)).toThrow('policy-by-two');
    expect(() => decidePolicyOffer(proposal, subject)).toThrow('admin-makes-policy');
    expect(() => decidePolicyOffer({ ...proposal, state: 'rejected' }, second)).toThrow('policy-open');
    expect(() => decidePolicy(proposal, third, text(), current)).toThrow('statement-names-signer');
  });

  it('is exactly what was proposed, over exactly what holds now', () => {
    for (const change of [
      { policy: policyWith({ maxConsentDays: 31 }) },
      { id: policyId.parse(idOf('pol', 2)) },
      { version: 2 },
      { supersedes: policyId.parse(idOf('pol', 3)) },
      { proposedBy: personId.parse(third.id) },
    ]) {
      expect(() => decidePolicy(proposal, second, text(change), current)).toThrow('statement-names-policy');
    }
    const moved = { ...current, id: idOf('pol', 9), version: 1 };
    expect(() => decidePolicy(proposal, second, text(), moved)).toThrow('statement-names-policy');
  });
});
