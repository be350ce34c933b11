import type { ApprovalStatement } from '@guise/protocol';
import { countingApprovals, type Actor, type ApprovalRecord, type AvatarCase } from './avatar-case.js';
import { requireState, type Decision } from './decision.js';
import { ConsentError } from './errors.js';
import type { RuleId } from './rules.js';

/**
 * Decides whether this admin may be asked to decide: not the maker, not the subject, not twice.
 * @throws ConsentError
 */
export function decideApprovalOffer(avatar: AvatarCase, approver: Actor): readonly RuleId[] {
  if (!approver.roles.includes('admin')) throw new ConsentError('forbidden', 'approver-is-admin');
  if (approver.id === avatar.draftedBy) throw new ConsentError('maker-is-checker', 'maker-is-not-checker');
  if (approver.id === avatar.subject) throw new ConsentError('maker-is-checker', 'subject-is-not-checker');
  if (avatar.approvals.some((approval) => approval.approver === approver.id)) {
    throw new ConsentError('already-decided', 'one-decision-per-admin');
  }
  requireState(avatar, ['awaiting-approval']);
  return [
    'approver-is-admin',
    'maker-is-not-checker',
    'subject-is-not-checker',
    'one-decision-per-admin',
    'state-allows',
  ];
}

/**
 * Decides what a signed approval or rejection does. The last approval needed makes the avatar active; one rejection
 * suspends the version for good. The signature itself is verified before (libs/identity).
 * @throws ConsentError
 */
export function decideApproval(
  avatar: AvatarCase,
  approver: Actor,
  statement: ApprovalStatement,
  statementSha256: string,
  now: number,
): Decision<ApprovalRecord> {
  const rules = decideApprovalOffer(avatar, approver);
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
  const made: ApprovalRecord = {
    sha256: statementSha256,
    approver: approver.id,
    decision: statement.decision,
    consentSha256: statement.consentSha256,
  };
  const decided = { ...avatar, approvals: [...avatar.approvals, made] };
  return {
    made,
    next: { ...decided, state: stateAfter(decided, made) },
    rules: [...rules, 'statement-names-version', 'statement-names-signer', 'statement-names-consent'],
  };
}

function stateAfter(avatar: AvatarCase, made: ApprovalRecord): AvatarCase['state'] {
  if (made.decision === 'reject') return 'suspended';
  return countingApprovals(avatar).length >= avatar.approvalsNeeded ? 'active' : 'awaiting-approval';
}

/**
 * Decides an admin's suspension. It ends the version: a suspended avatar is drafted anew, not resumed.
 * @throws ConsentError
 */
export function decideSuspension(avatar: AvatarCase, admin: Actor): Decision<null> {
  if (!admin.roles.includes('admin')) throw new ConsentError('forbidden', 'admin-suspends');
  requireState(avatar, ['awaiting-consent', 'awaiting-approval', 'active']);
  return { made: null, next: { ...avatar, state: 'suspended' }, rules: ['admin-suspends', 'state-allows'] };
}
