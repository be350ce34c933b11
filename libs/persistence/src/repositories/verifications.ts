import type { VerificationReport } from '@guise/protocol';
import { z } from 'zod';
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

/** What is left of a report that proved something about somebody who was erased. */
const erasedReport = z.strictObject({ erased: z.literal(true) });

/** A person's own verification, `erased` when what it proved was destroyed; null for anyone else's. */
export async function findVerification(
  tx: Transaction,
  id: string,
  personId: string,
): Promise<{ readonly report: unknown } | 'erased' | null> {
  const row = await tx.verification.findFirst({ where: { id, personId }, select: { report: true } });
  if (row === null) return null;
  return erasedReport.safeParse(row.report).success ? 'erased' : { report: row.report };
}
