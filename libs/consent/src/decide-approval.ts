import type { ApprovalDecision, ApprovalStatement, PolicyDocument } from '@guise/protocol';
import {
  countingApprovals,
  resumptions,
  type Actor,
  type ApprovalRecord,
  type AvatarCase,
} from './avatar-case.js';
import { requireState, type Decision } from './decision.js';
import { ConsentError } from './errors.js';
import { requiredApprovals, requireKind } from './policy.js';
import type { RuleId } from './rules.js';

/** Admins who must lift one suspension. */
const RESUMPTIONS_NEEDED = 2;

/**
 * Decides whether this admin may be asked to decide: not the maker, not the subject, not twice about the same thing.
 * @throws ConsentError
 */
export function decideApprovalOffer(
  avatar: AvatarCase,
  approver: Actor,
  decision: ApprovalDecision,
  policy: PolicyDocument,
): readonly RuleId[] {
  if (!approver.roles.includes('admin')) throw new ConsentError('forbidden', 'approver-is-admin');
  if (approver.id === avatar.draftedBy) throw new ConsentError('maker-is-checker', 'maker-is-not-checker');
  if (approver.id === avatar.subject) throw new ConsentError('maker-is-checker', 'subject-is-not-checker');
  const independent = ['approver-is-admin', 'maker-is-not-checker', 'subject-is-not-checker'] as const;
  if (decision !== 'reject') requireKind(avatar.kind, policy);
  const once =
    decision === 'resume' ? requireResumable(avatar, approver, policy) : requireOpen(avatar, approver);
  return [...independent, 'policy-allows-kind', ...once];
}

/** Approving or rejecting: once per admin and consent, while approvals are awaited. */
function requireOpen(avatar: AvatarCase, approver: Actor): readonly RuleId[] {
  const decided = avatar.approvals.some(
    (approval) =>
      approval.approver === approver.id &&
      approval.decision !== 'resume' &&
      approval.consentSha256 === avatar.consent?.sha256,
  );
  if (decided) throw new ConsentError('already-decided', 'one-decision-per-admin');
  requireState(avatar, ['awaiting-approval']);
  return ['one-decision-per-admin', 'state-allows'];
}

/** Lifting a suspension: only of a version that was active, for which every signature still stands. */
function requireResumable(avatar: AvatarCase, approver: Actor, policy: PolicyDocument): readonly RuleId[] {
  if (resumptions(avatar).has(approver.id)) {
    throw new ConsentError('already-decided', 'one-resumption-per-admin');
  }
  requireState(avatar, ['suspended']);
  if (countingApprovals(avatar).length < requiredApprovals(avatar, policy)) {
    throw new ConsentError('avatar-state', 'approvals-complete');
  }
  return ['one-resumption-per-admin', 'state-allows', 'approvals-complete', 'two-admins-resume'];
}

/**
 * Decides what a signed approval, rejection or resumption does. The last approval needed makes the avatar active; one
 * rejection suspends the version for good; the second resumption lifts a suspension. The signature itself is verified
 * before (libs/identity).
 * @throws ConsentError
 */
export function decideApproval(
  avatar: AvatarCase,
  approver: Actor,
  statement: ApprovalStatement,
  statementSha256: string,
  policy: PolicyDocument,
  now: number,
): Decision<ApprovalRecord> {
  const rules = decideApprovalOffer(avatar, approver, statement.decision, policy);
  if (statement.avatar !== avatar.id || statement.avatarSha256 !== avatar.sha256) {
    throw new ConsentError('statement-mismatch', 'statement-names-version');
  }
  if (statement.approver !== approver.id)
    throw new ConsentError('statement-mismatch', 'statement-names-signer');
  const consent = avatar.consent;
  if (consent?.state !== 'given' || now >= consent.notAfter) {
    throw new ConsentError('avatar-state', 'consent-in-force');
  }
  if (statement.consentSha256 !== consent.sha256) {
    throw new ConsentError('statement-mismatch', 'statement-names-consent');
  }
  const suspension = statement.decision === 'resume' ? avatar.suspensions : 0;
  if ((statement.suspension ?? 0) !== suspension) {
    throw new ConsentError('statement-mismatch', 'statement-names-suspension');
  }
  const made: ApprovalRecord = {
    sha256: statementSha256,
    approver: approver.id,
    decision: statement.decision,
    consentSha256: statement.consentSha256,
    suspension,
  };
  return {
    made,
    next: after({ ...avatar, approvals: [...avatar.approvals, made] }, made, policy),
    rules: [
      ...rules,
      'statement-names-version',
      'statement-names-signer',
      'consent-in-force',
      'statement-names-consent',
      'statement-names-suspension',
    ],
  };
}

function after(avatar: AvatarCase, made: ApprovalRecord, policy: PolicyDocument): AvatarCase {
  switch (made.decision) {
    case 'reject':
      return suspended(avatar);
    case 'approve':
      return countingApprovals(avatar).length >= requiredApprovals(avatar, policy)
        ? { ...avatar, state: 'active' }
        : avatar;
    case 'resume':
      return resumptions(avatar).size >= RESUMPTIONS_NEEDED ? { ...avatar, state: 'active' } : avatar;
  }
}

/**
 * Decides an admin's suspension: at once, by one admin. Only two admins lift it, and only from a version that was active.
 * @throws ConsentError
 */
export function decideSuspension(avatar: AvatarCase, admin: Actor): Decision<null> {
  if (!admin.roles.includes('admin')) throw new ConsentError('forbidden', 'admin-suspends');
  requireState(avatar, ['awaiting-consent', 'awaiting-approval', 'active']);
  return { made: null, next: suspended(avatar), rules: ['admin-suspends', 'state-allows'] };
}

/**
 * Decides what becomes of an avatar while its subject is suspended and could not withdraw: it stops like by an admin.
 * Null: there is nothing to stop.
 */
export function decideAbsence(avatar: AvatarCase): Decision<null> | null {
  if (!['awaiting-consent', 'awaiting-approval', 'active'].includes(avatar.state)) return null;
  return { made: null, next: suspended(avatar), rules: ['state-allows'] };
}

function suspended(avatar: AvatarCase): AvatarCase {
  return { ...avatar, state: 'suspended', suspensions: avatar.suspensions + 1 };
}
