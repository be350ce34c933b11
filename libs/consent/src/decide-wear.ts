import type { ConsentTerms, PolicyDocument } from '@guise/protocol';
import {
  countingApprovals,
  type ApprovalRecord,
  type AvatarCase,
  type ConsentRecord,
} from './avatar-case.js';
import { policyEnd, requiredApprovals } from './policy.js';
import { RULES, type RuleId } from './rules.js';
import { findUnmet, isRunning, type WearWish } from './terms.js';

/** What a permit rests on, or every reason against it. */
export type WearDecision =
  | {
      readonly allowed: true;
      /** The consent, with the period of the terms that allow it, as far as the policy lets it last. */
      readonly consent: ConsentRecord;
      readonly approvals: readonly ApprovalRecord[];
      readonly rules: readonly RuleId[];
    }
  | {
      readonly allowed: false;
      readonly reasons: readonly { readonly code: RuleId; readonly message: string }[];
    };

const TERM_RULES = [
  'consent-names-wearer',
  'consent-names-purpose',
  'consent-names-audience',
  'consent-names-meeting',
  'consent-period-running',
] as const satisfies readonly RuleId[];

/**
 * Decides whether a person may wear this avatar version at `now` (Unix seconds). Looks at the signatures themselves, not
 * only at the state that was stored.
 */
export function decideWear(
  avatar: AvatarCase,
  wish: WearWish,
  policy: PolicyDocument,
  now: number,
): WearDecision {
  const consent = avatar.consent;
  const approvals = countingApprovals(avatar);
  const checks: readonly (readonly [RuleId, boolean])[] = [
    ['avatar-active', avatar.state === 'active'],
    ['consent-in-force', consent?.state === 'given'],
    ['approvals-complete', approvals.length >= requiredApprovals(avatar, policy)],
    ['policy-allows-kind', policy.kinds.includes(avatar.kind)],
    ['policy-allows-purposes', policy.purposes.includes(wish.purpose)],
    ['policy-limits-period', consent === null || now < policyEnd(consent.notBefore, policy)],
  ];
  const { terms, unmet } = bestTerms(consent, wish, now);
  const failed = [...checks.flatMap(([code, holds]) => (holds ? [] : [code])), ...unmet];
  if (failed.length > 0 || consent === null || terms === null) {
    return { allowed: false, reasons: failed.map((code) => ({ code, message: RULES[code] })) };
  }
  return {
    allowed: true,
    consent: {
      ...consent,
      notBefore: terms.notBefore,
      notAfter: Math.min(terms.notAfter, policyEnd(consent.notBefore, policy)),
    },
    approvals,
    rules: [...checks.map(([code]) => code), ...TERM_RULES],
  };
}

/** The terms that come closest to the wish, and what still speaks against it. */
function bestTerms(
  consent: ConsentRecord | null,
  wish: WearWish,
  now: number,
): { readonly terms: ConsentTerms | null; readonly unmet: readonly RuleId[] } {
  const judged = (consent?.terms ?? []).map((terms) => ({
    terms,
    unmet: [
      ...findUnmet(terms, wish),
      ...(isRunning(terms, now) ? [] : (['consent-period-running'] as const)),
    ],
  }));
  const [best] = judged.toSorted((a, b) => a.unmet.length - b.unmet.length);
  return best ?? { terms: null, unmet: TERM_RULES };
}
