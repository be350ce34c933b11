import type { Transaction } from '../database.js';

export interface InvitationRecord {
  readonly tokenHash: string;
  readonly personId: string;
  /** Null for the bootstrap invitation. */
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export async function insertInvitation(tx: Transaction, invitation: InvitationRecord): Promise<void> {
  const { tokenHash, personId, createdBy, createdAt, expiresAt } = invitation;
  await tx.invitation.create({ data: { tokenHash, personId, createdBy, createdAt, expiresAt } });
}

/** An invitation that can still be used. */
export async function findOpenInvitation(
  tx: Transaction,
  tokenHash: string,
  now: Date,
): Promise<InvitationRecord | null> {
  return tx.invitation.findFirst({ where: { tokenHash, usedAt: null, expiresAt: { gt: now } } });
}

/** Uses an invitation up. @returns false when another was faster, or it ended */
export async function useInvitation(tx: Transaction, tokenHash: string, now: Date): Promise<boolean> {
  const { count } = await tx.invitation.updateMany({
    where: { tokenHash, usedAt: null, expiresAt: { gt: now } },
    data: { usedAt: now },
  });
  return count === 1;
}

/** Ends a person's unused invitations, so that only the newest holds. */
export async function endInvitations(tx: Transaction, personId: string, now: Date): Promise<void> {
  await tx.invitation.updateMany({ where: { personId, usedAt: null }, data: { usedAt: now } });
}

/** Ends unused bootstrap invitations, so that only the newest file holds. */
export async function endBootstrapInvitations(tx: Transaction, now: Date): Promise<readonly string[]> {
  const open = await tx.invitation.findMany({ where: { createdBy: null, usedAt: null } });
  await tx.invitation.updateMany({ where: { createdBy: null, usedAt: null }, data: { usedAt: now } });
  return open.map((invitation) => invitation.personId);
}
