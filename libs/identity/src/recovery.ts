import { IdentityError } from './errors.js';

const DAY_SECONDS = 86_400;
/** From the second admin's approval until a recovery can be used: time for the person to hear of it and cancel. */
export const RECOVERY_DELAY_SECONDS = DAY_SECONDS;
/** A request that nobody approves ends by itself, and so does an approved one that nobody uses. */
const APPROVAL_SECONDS = 7 * DAY_SECONDS;
const USE_SECONDS = 7 * DAY_SECONDS;

/** A recovery as the registry keeps it. Times are Unix seconds. */
export interface RecoveryCase {
  readonly person: string;
  readonly requestedBy: string;
  readonly approvedBy: string | null;
  readonly state: 'requested' | 'approved' | 'cancelled' | 'completed' | 'expired';
  /** End of the delay; null until it is approved. */
  readonly readyAt: number | null;
  readonly expiresAt: number;
}

/** An admin asks for a recovery of somebody else. @throws IdentityError `maker-is-checker` */
export function decideRecoveryRequest(person: string, admin: string, now: number): RecoveryCase {
  requireOther(person, admin);
  return {
    person,
    requestedBy: admin,
    approvedBy: null,
    state: 'requested',
    readyAt: null,
    expiresAt: now + APPROVAL_SECONDS,
  };
}

/** Another admin, not the person either, approves it: the delay begins. @throws IdentityError `maker-is-checker`, `conflict` */
export function decideRecoveryApproval(recovery: RecoveryCase, admin: string, now: number): RecoveryCase {
  requireOther(recovery.person, admin);
  if (admin === recovery.requestedBy) {
    throw new IdentityError('maker-is-checker', 'Another admin than the one who asked for it must approve.');
  }
  requireOpen(recovery, now);
  if (recovery.state !== 'requested')
    throw new IdentityError('conflict', 'This recovery is approved already.');
  const readyAt = now + RECOVERY_DELAY_SECONDS;
  return { ...recovery, state: 'approved', approvedBy: admin, readyAt, expiresAt: readyAt + USE_SECONDS };
}

/**
 * Which half of the recovery code this admin may be given. Neither admin ever holds both.
 * @throws IdentityError `forbidden` for anybody else, `conflict` when it is not approved, too early or over
 */
export function decideRecoveryPart(
  recovery: RecoveryCase,
  admin: string,
  now: number,
): 'requester' | 'approver' {
  requireUsable(recovery, now);
  if (admin === recovery.requestedBy) return 'requester';
  if (admin === recovery.approvedBy) return 'approver';
  throw new IdentityError('forbidden', 'The two admins of this recovery have its parts.');
}

/** The person, or whoever found both parts, registers a new passkey by it. @throws IdentityError `conflict` */
export function decideRecoveryUse(recovery: RecoveryCase, now: number): RecoveryCase {
  requireUsable(recovery, now);
  return { ...recovery, state: 'completed' };
}

/** The person or any admin stops it, at any moment before it is used. @throws IdentityError `conflict` when it is over */
export function decideRecoveryCancel(recovery: RecoveryCase, now: number): RecoveryCase {
  requireOpen(recovery, now);
  return { ...recovery, state: 'cancelled' };
}

function requireOther(person: string, admin: string): void {
  if (admin === person) {
    throw new IdentityError('maker-is-checker', 'Two other admins must recover your own account.');
  }
}

function requireOpen(recovery: RecoveryCase, now: number): void {
  if (!['requested', 'approved'].includes(recovery.state) || now >= recovery.expiresAt) {
    throw new IdentityError('conflict', 'This recovery is over. An admin can ask for a new one.');
  }
}

function requireUsable(recovery: RecoveryCase, now: number): void {
  requireOpen(recovery, now);
  if (recovery.state !== 'approved' || recovery.readyAt === null) {
    throw new IdentityError('conflict', 'Another admin must approve this recovery first.');
  }
  if (now < recovery.readyAt) {
    const from = new Date(recovery.readyAt * 1000).toISOString();
    throw new IdentityError('conflict', `The delay of a recovery ends at ${from}. Try again then.`);
  }
}
