import type { Transaction } from '../database.js';

/** Remembers a proof. @returns false when it was seen before, concurrently too */
export async function rememberDpopProof(tx: Transaction, id: string, expiresAt: Date): Promise<boolean> {
  const { count } = await tx.dpopProof.createMany({ data: [{ id, expiresAt }], skipDuplicates: true });
  return count === 1;
}

export async function forgetDpopProofs(tx: Transaction, now: Date): Promise<void> {
  await tx.dpopProof.deleteMany({ where: { expiresAt: { lte: now } } });
}
