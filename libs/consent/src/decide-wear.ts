import type { Audience, Purpose } from '@guise/protocol';
import {
  countingApprovals,
  type ApprovalRecord,
  type AvatarCase,
  type ConsentRecord,
} from './avatar-case.js';
import { RULES, type RuleId } from './rules.js';

/** A wish to wear an avatar now. */
export interface WearRequest {
  readonly wearer: string;
  readonly purpose: Purpose;
  readonly audience: Audience;
}

/** What a permit rests on, or every reason against it. */
export type WearDecision =
  | {
      readonly allowed: true;
      readonly consent: ConsentRecord;
      readonly approvals: readonly ApprovalRecord[];
      readonly rules: readonly RuleId[];
    }
  | {
      readonly allowed: false;
      readonly reasons: readonly { readonly code: RuleId; readonly message: string }[];
    };

/**
 * Decides whether a person may wear this avatar version at `now` (Unix seconds). Looks at the signatures themselves, not
 * only at the state that was stored.
 */
export function decideWear(avatar: AvatarCase, request: WearRequest, now: number): WearDecision {
  const consent = avatar.consent;
  const approvals = countingApprovals(avatar);
  const checks: readonly (readonly [RuleId, boolean])[] = [
    ['avatar-active', avatar.state === 'active'],
    ['consent-in-force', consent?.state === 'given'],
    ['approvals-complete', approvals.length >= avatar.approvalsNeeded],
    ['consent-names-wearer', consent?.wearers.includes(request.wearer) === true],
    ['consent-names-purpose', consent?.purposes.includes(request.purpose) === true],
    ['consent-names-audience', consent?.audience.includes(request.audience) === true],
    ['consent-period-running', consent !== null && consent.notBefore <= now && now < consent.notAfter],
  ];
  const failed = checks.filter(([, holds]) => !holds).map(([code]) => ({ code, message: RULES[code] }));
  if (failed.length > 0 || consent === null) return { allowed: false, reasons: failed };
  return { allowed: true, consent, approvals, rules: checks.map(([code]) => code) };
}
