import type { RecoveryCase } from '@guise/identity';
import { recoveryState } from '@guise/protocol';
import type { Transaction } from '../database.js';

/** A recovery as stored. Times are Unix seconds. */
export interface RecoveryRecord extends RecoveryCase {
  readonly id: string;
  readonly reason: string;
  readonly requestedAt: number;
}

/**
 * Stores a request, in place of one that ended by time.
 * @throws the unique violation when one is open
 */
export async function insertRecovery(tx: Transaction, recovery: RecoveryRecord): Promise<void> {
  const { id, person, reason, requestedBy, requestedAt, expiresAt } = recovery;
  await tx.recovery.updateMany({
    where: { openFor: person, expiresAt: { lte: toDate(requestedAt) } },
    data: { state: 'expired', openFor: null, endedAt: toDate(requestedAt) },
  });
  await tx.recovery.create({
    data: {
      id,
      personId: person,
      reason,
      openFor: person,
      requestedById: requestedBy,
      requestedAt: toDate(requestedAt),
      expiresAt: toDate(expiresAt),
    },
  });
}

/** Reads a recovery and keeps it from changing until the transaction ends. */
export async function lockRecovery(tx: Transaction, id: string): Promise<RecoveryRecord | null> {
  await tx.$queryRaw`SELECT "id" FROM "Recovery" WHERE "id" = ${id} FOR UPDATE`;
  const row = await tx.recovery.findUnique({ where: { id } });
  return row === null ? null : toRecovery(row);
}

/** The newest recoveries, of one person or of all. */
export async function listRecoveries(
  tx: Transaction,
  person: string | null,
  limit: number,
): Promise<readonly RecoveryRecord[]> {
  const rows = await tx.recovery.findMany({
    where: person === null ? {} : { personId: person },
    orderBy: [{ requestedAt: 'desc' }, { id: 'asc' }],
    take: limit,
  });
  return rows.map(toRecovery);
}

/** The approved recovery of exactly these two halves of a code. */
export async function findRecoveryByParts(
  tx: Transaction,
  requesterPartHash: string,
  approverPartHash: string,
): Promise<RecoveryRecord | null> {
  const row = await tx.recovery.findFirst({
    where: { requesterPartHash, approverPartHash, state: 'approved' },
  });
  return row === null ? null : toRecovery(row);
}

export async function approveRecovery(
  tx: Transaction,
  id: string,
  approved: RecoveryCase,
  now: number,
): Promise<void> {
  await tx.recovery.update({
    where: { id },
    data: {
      state: 'approved',
      approvedById: approved.approvedBy,
      approvedAt: toDate(now),
      readyAt: approved.readyAt === null ? null : toDate(approved.readyAt),
      expiresAt: toDate(approved.expiresAt),
    },
  });
}

/** Stores the hash of one admin's half; an earlier half of theirs is worth nothing from now on. */
export async function setRecoveryPart(
  tx: Transaction,
  id: string,
  half: 'requester' | 'approver',
  hash: string,
): Promise<void> {
  const data = half === 'requester' ? { requesterPartHash: hash } : { approverPartHash: hash };
  await tx.recovery.update({ where: { id }, data });
}

export async function endRecovery(
  tx: Transaction,
  id: string,
  end: { readonly state: 'cancelled' | 'completed'; readonly by: string; readonly at: number },
): Promise<void> {
  await tx.recovery.update({
    where: { id },
    data: { state: end.state, openFor: null, endedById: end.by, endedAt: toDate(end.at) },
  });
}

function toRecovery(row: {
  readonly id: string;
  readonly personId: string;
  readonly reason: string;
  readonly state: string;
  readonly requestedById: string;
  readonly requestedAt: Date;
  readonly approvedById: string | null;
  readonly readyAt: Date | null;
  readonly expiresAt: Date;
}): RecoveryRecord {
  return {
    id: row.id,
    person: row.personId,
    reason: row.reason,
    state: recoveryState.parse(row.state),
    requestedBy: row.requestedById,
    requestedAt: toSeconds(row.requestedAt),
    approvedBy: row.approvedById,
    readyAt: row.readyAt === null ? null : toSeconds(row.readyAt),
    expiresAt: toSeconds(row.expiresAt),
  };
}

const toDate = (seconds: number): Date => new Date(seconds * 1000);
const toSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);
