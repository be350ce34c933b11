import type { Client, Transaction } from '../database.js';

/** In place of a name. */
const ERASED = 'Erased';

/** Notes that somebody left. @param leftAt from when the policy's time runs */
export async function insertLeaver(tx: Transaction, personId: string, leftAt: Date): Promise<void> {
  await tx.leaver.create({ data: { personId, leftAt } });
}

/** Persons who left before a time and whose entries are still there, longest gone first. */
export async function listDueLeavers(
  client: Client,
  leftBefore: Date,
  limit: number,
): Promise<readonly string[]> {
  const rows = await client.leaver.findMany({
    where: { erasedAt: null, leftAt: { lt: leftBefore } },
    orderBy: [{ leftAt: 'asc' }, { personId: 'asc' }],
    take: limit,
    select: { personId: true },
  });
  return rows.map(({ personId }) => personId);
}

/**
 * Ends a leaver's records here: what they were called, and what they called their devices and passkeys, is overwritten, and what
 * they were told is deleted. @returns false when another process has
 */
export async function finishLeaver(tx: Transaction, personId: string, at: Date): Promise<boolean> {
  const { count } = await tx.leaver.updateMany({
    where: { personId, erasedAt: null },
    data: { erasedAt: at },
  });
  if (count === 0) return false;
  await tx.person.update({ where: { id: personId }, data: { displayName: ERASED } });
  await tx.device.updateMany({ where: { personId }, data: { name: ERASED } });
  await tx.passkey.updateMany({ where: { personId }, data: { name: ERASED } });
  await tx.personNotice.deleteMany({ where: { personId } });
  return true;
}

/** Whether what the ledger held about somebody was destroyed. */
export async function isErasedPerson(client: Client | Transaction, personId: string): Promise<boolean> {
  const row = await client.leaver.findUnique({ where: { personId }, select: { erasedAt: true } });
  return row !== null && row.erasedAt !== null;
}

/** Avatars of a person that have ended and whose bundles are still there. */
export async function listEndedAvatarsOf(client: Client, personId: string): Promise<readonly string[]> {
  const rows = await client.avatar.findMany({
    where: { subjectId: personId, state: { in: ['withdrawn', 'expired'] } },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}
