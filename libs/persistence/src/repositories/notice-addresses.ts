import type { Transaction } from '../database.js';

/** Where a person wants notices by mail; null when they named nothing, or left. */
export async function findNoticeAddress(tx: Transaction, personId: string): Promise<string | null> {
  const where = { personId, person: { state: { not: 'left' } } };
  return (await tx.noticeAddress.findFirst({ where }))?.email ?? null;
}

export async function storeNoticeAddress(
  tx: Transaction,
  personId: string,
  email: string,
  setAt: Date,
): Promise<void> {
  await tx.noticeAddress.upsert({
    where: { personId },
    create: { personId, email, setAt },
    update: { email, setAt },
  });
}

export async function removeNoticeAddress(tx: Transaction, personId: string): Promise<void> {
  await tx.noticeAddress.deleteMany({ where: { personId } });
}

/** Deletes the addresses of whoever left, and claims that nobody can confirm any more. */
export async function forgetAddresses(tx: Transaction, now: Date): Promise<void> {
  const left = { person: { state: 'left' } };
  await tx.noticeAddress.deleteMany({ where: left });
  await tx.noticeAddressClaim.deleteMany({ where: { OR: [left, { expiresAt: { lte: now } }] } });
}
