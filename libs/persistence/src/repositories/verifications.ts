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

const jsonObject = z.record(z.string(), z.json());

export async function insertVerification(tx: Transaction, verification: NewVerification): Promise<void> {
  const { report, ...fields } = verification;
  // Through JSON: what is stored is what was answered, without undefined members.
  const json = jsonObject.parse(JSON.parse(JSON.stringify(report)));
  await tx.verification.create({ data: { ...fields, report: json } });
}

/** A person's own verification; null for anyone else's. */
export async function findVerification(tx: Transaction, id: string, personId: string): Promise<unknown> {
  const row = await tx.verification.findFirst({ where: { id, personId }, select: { report: true } });
  return row?.report ?? null;
}
