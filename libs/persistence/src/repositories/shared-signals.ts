import type { Transaction } from '../database.js';

/** A security event that was received. */
export interface SharedSignalRecord {
  /** SHA-256 of issuer and `jti`. */
  readonly id: string;
  readonly event: string;
  /** Null when it was about nobody here. */
  readonly personId: string | null;
  readonly receivedAt: Date;
}

/** @returns false when it was received before, by whichever replica */
export async function insertSignal(tx: Transaction, signal: SharedSignalRecord): Promise<boolean> {
  const { id, event, personId, receivedAt } = signal;
  const data = [{ id, event, personId, receivedAt }];
  const { count } = await tx.sharedSignal.createMany({ data, skipDuplicates: true });
  return count === 1;
}

export async function isSignalKnown(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.sharedSignal.count({ where: { id } })) > 0;
}

/** Forgets events that are too old to be accepted again. */
export async function forgetSignals(tx: Transaction, before: Date): Promise<void> {
  await tx.sharedSignal.deleteMany({ where: { receivedAt: { lt: before } } });
}
