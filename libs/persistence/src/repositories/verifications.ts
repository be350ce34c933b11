import type { VerificationReport } from '@guise/protocol';
import type { Transaction } from '../database.js';

export interface NewVerification {
  readonly id: string;
  readonly personId: string;
  readonly mediaSha256: string;
  readonly verdict: string;
  readonly sessionId: string | null;
  readonly report: VerificationReport;
  readonly createdAt: Date;
}

export async function insertVerification(tx: Transaction, verification: NewVerification): Promise<void> {
  await tx.verification.create({ data: verification });
}

/** A person's own verification; null for anyone else's. */
export async function findVerification(tx: Transaction, id: string, personId: string): Promise<unknown> {
  const row = await tx.verification.findFirst({ where: { id, personId }, select: { report: true } });
  return row?.report ?? null;
}
