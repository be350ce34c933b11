import type { ApprovalDecision } from '@guise/protocol';
import { describe, expect, it } from 'vitest';
import { countingApprovals, type Actor, type AvatarCase } from './avatar-case.js';
import { decideApproval, decideSuspension } from './decide-approval.js';
import { decideConsent } from './decide-consent.js';
import { DEFAULT_POLICY } from './policy.js';
import { actor, approvalText, consentText, hashOf, newDraft } from './testing/cast.js';

const NOW = 1_000_000;
const [drafter, first, second, third, subject] = [actor(0), actor(1), actor(2), actor(3), actor(4)];
const draft = { ...newDraft('executive', subject, drafter), state: 'awaiting-consent' as const };
const waiting = decideConsent(
  draft,
  subject,
  consentText(draft, 1, NOW),
  hashOf(1),
  DEFAULT_POLICY,
  NOW,
).next;

let serial = 10;
function decide(avatar: AvatarCase, by: Actor, decision: ApprovalDecision, now = NOW): AvatarCase {
  serial += 1;
  const suspension = decision === 'resume' ? { suspension: avatar.suspensions } : {};
  const text = approvalText(avatar, by, serial, { decision, ...suspension });
  return decideApproval(avatar, by, text, hashOf(serial), DEFAULT_POLICY, now).next;
}

describe('approvals', () => {
  it('of drafter and subject count for nothing, however they came to be stored', () => {
    const stored = [drafter, subject, first].map((by, i) => ({
      sha256: hashOf(100 + i),
      approver: by.id,
      decision: 'approve' as const,
      consentSha256: hashOf(1),
      suspension: 0,
    }));
    const counting = countingApprovals({ ...waiting, approvals: stored });
    expect(counting.map(({ approver }) => approver)).toEqual([first.id]);
  });

  it('of a consent that is over are refused, also before anybody noticed that it is', () => {
    const end = waiting.consent?.notAfter ?? 0;
    expect(decide(waiting, first, 'approve', end - 1).approvals).toHaveLength(1);
    expect(() => decide(waiting, first, 'approve', end)).toThrow('consent-in-force');
  });

  it('lift one suspension: the next one takes two admins again', () => {
    let avatar = decide(decide(waiting, first, 'approve'), second, 'approve');
    for (const [one, other] of [
      [first, second],
      [second, third],
    ] as const) {
      avatar = decideSuspension(avatar, first).next;
      avatar = decide(avatar, one, 'resume');
      expect(avatar.state).toBe('suspended');
      avatar = decide(avatar, other, 'resume');
      expect(avatar.state).toBe('active');
    }
    expect(avatar.suspensions).toBe(2);
  });
});
