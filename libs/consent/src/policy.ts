import type { AvatarKind, ConsentScope, PolicyDocument, PolicyStatement } from '@guise/protocol';
import type { Actor, AvatarCase } from './avatar-case.js';
import { ConsentError } from './errors.js';
import type { RuleId } from './rules.js';
import { termsOf } from './terms.js';

const DAY_SECONDS = 24 * 3600;

/** What holds until an organisation decides otherwise. Version 0. */
export const DEFAULT_POLICY: PolicyDocument = {
  kinds: ['own-face', 'executive', 'stylised'],
  approvals: { 'own-face': 1, executive: 2, stylised: 1 },
  maxConsentDays: 366,
  purposes: ['meeting', 'training', 'customer-service', 'telemedicine', 'recording'],
  catalogue: ['executive'],
  label: { text: 'AI MODIFIED', positions: ['top-right'] },
  nonCommercialModels: false,
  ownModels: [],
  retention: { endedAvatarDays: 30, consentRequestDays: 90, decisionDays: 365, leaverDays: 365 },
  audit: { decisions: ['auditor'], consentReceipts: ['auditor'] },
};

/** Signed approvals an avatar needs now: what its version was drafted under, and never fewer than the policy asks. */
export function requiredApprovals(
  avatar: Pick<AvatarCase, 'kind' | 'approvalsNeeded'>,
  policy: PolicyDocument,
): number {
  return Math.max(avatar.approvalsNeeded, policy.approvals[avatar.kind]);
}

/** @throws ConsentError */
export function requireKind(kind: AvatarKind, policy: PolicyDocument): void {
  if (!policy.kinds.includes(kind)) throw new ConsentError('forbidden', 'policy-allows-kind');
}

/** @throws ConsentError */
export function requirePolicyTerms(scope: ConsentScope, policy: PolicyDocument): void {
  const purposes = termsOf(scope).flatMap((terms) => terms.purposes);
  if (!purposes.every((purpose) => policy.purposes.includes(purpose))) {
    throw new ConsentError('forbidden', 'policy-allows-purposes');
  }
  if (scope.notAfter > policyEnd(scope.notBefore, policy)) {
    throw new ConsentError('forbidden', 'policy-limits-period');
  }
}

/** When a consent that began at `notBefore` ends at the latest, in Unix seconds. */
export function policyEnd(notBefore: number, policy: PolicyDocument): number {
  return notBefore + policy.maxConsentDays * DAY_SECONDS;
}

/** The policy that holds now. `id` is null for the one shipped. */
export interface PolicyInForce {
  readonly id: string | null;
  readonly version: number;
  readonly sha256: string | null;
  readonly policy: PolicyDocument;
}

export interface PolicyProposal {
  readonly id: string;
  readonly state: 'proposed' | 'in-force' | 'superseded' | 'rejected';
  readonly proposedBy: string;
  readonly policy: PolicyDocument;
}

/** @throws ConsentError */
export function decideProposal(proposer: Actor): readonly RuleId[] {
  if (!proposer.roles.includes('admin')) throw new ConsentError('forbidden', 'admin-makes-policy');
  return ['admin-makes-policy'];
}

/**
 * Decides whether this admin may be asked to approve or reject.
 * @throws ConsentError
 */
export function decidePolicyOffer(proposal: PolicyProposal, approver: Actor): readonly RuleId[] {
  if (!approver.roles.includes('admin')) throw new ConsentError('forbidden', 'admin-makes-policy');
  if (approver.id === proposal.proposedBy) throw new ConsentError('maker-is-checker', 'policy-by-two');
  if (proposal.state !== 'proposed') throw new ConsentError('already-decided', 'policy-open');
  return ['admin-makes-policy', 'policy-by-two', 'policy-open'];
}

/**
 * Decides what a signed approval of a policy does: it is in force from now on, as the next version. The signature itself
 * is verified before (libs/identity).
 * @throws ConsentError
 */
export function decidePolicy(
  proposal: PolicyProposal,
  approver: Actor,
  statement: PolicyStatement,
  current: PolicyInForce,
): readonly RuleId[] {
  const rules = decidePolicyOffer(proposal, approver);
  if (statement.approver !== approver.id) {
    throw new ConsentError('statement-mismatch', 'statement-names-signer');
  }
  const whole =
    statement.id === proposal.id &&
    statement.proposedBy === proposal.proposedBy &&
    statement.supersedes === current.id &&
    statement.version === current.version + 1 &&
    sameDocument(statement.policy, proposal.policy);
  if (!whole) throw new ConsentError('statement-mismatch', 'statement-names-policy');
  return [...rules, 'statement-names-signer', 'statement-names-policy'];
}

/** Whether two documents say the same, whatever the order of their keys. Lists are compared in order. */
function sameDocument(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return (
    Array.isArray(a) === Array.isArray(b) &&
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && sameDocument(value, right.get(key)))
  );
}
