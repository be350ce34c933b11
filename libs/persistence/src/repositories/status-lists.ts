import type { Transaction } from '../database.js';

/** Entries of a Token Status List: valid, invalid, suspended. */
export type StatusValue = 0 | 1 | 2;

export async function insertStatusList(tx: Transaction, id: string, createdAt: Date): Promise<void> {
  await tx.statusList.create({ data: { id, createdAt } });
}

/** The newest list that takes permits. */
export async function findOpenStatusList(tx: Transaction): Promise<string | null> {
  const row = await tx.statusList.findFirst({
    where: { sealedAt: null },
    orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    select: { id: true },
  });
  return row?.id ?? null;
}

export async function listOpenStatusLists(
  tx: Transaction,
): Promise<readonly { readonly id: string; readonly createdAt: Date }[]> {
  return tx.statusList.findMany({ where: { sealedAt: null }, select: { id: true, createdAt: true } });
}

/** Indexes in use, decoys included. */
export async function countStatusEntries(tx: Transaction, listId: string): Promise<number> {
  return tx.statusEntry.count({ where: { listId } });
}

export async function sealStatusList(tx: Transaction, id: string, now: Date): Promise<void> {
  await tx.statusList.updateMany({ where: { id, sealedAt: null }, data: { sealedAt: now } });
}

/** Deletes lists that were sealed before `sealedBefore`, with their entries. @returns how many */
export async function deleteStatusLists(tx: Transaction, sealedBefore: Date): Promise<number> {
  return (await tx.statusList.deleteMany({ where: { sealedAt: { lt: sealedBefore } } })).count;
}

/** Entries that belong to no permit and never will. Those in use already stay as they are. */
export async function insertDecoys(
  tx: Transaction,
  listId: string,
  decoys: readonly { readonly index: number; readonly status: StatusValue }[],
): Promise<void> {
  const data = decoys.map(({ index, status }) => ({ listId, index, status }));
  await tx.statusEntry.createMany({ data, skipDuplicates: true });
}

/**
 * Changes the status of the sessions' permits that have not ended.
 * @returns the lists they are in
 */
export async function markSessionPermits(
  tx: Transaction,
  sessionIds: readonly string[],
  status: StatusValue,
  now: Date,
): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ listId: string }[]>`
    UPDATE "StatusEntry" SET "status" = ${status}::smallint FROM "Permit"
    WHERE "Permit"."sessionId" = ANY(${[...sessionIds]}) AND "Permit"."expires" > ${now}
      AND "StatusEntry"."listId" = "Permit"."statusListId" AND "StatusEntry"."index" = "Permit"."statusIndex"
      AND "StatusEntry"."status" <> 1
    RETURNING "StatusEntry"."listId"`;
  return [...new Set(rows.map(({ listId }) => listId))];
}

/** Every entry of a list that is not valid; null when there is no such list. */
export async function readStatusList(
  tx: Transaction,
  id: string,
): Promise<readonly { readonly index: number; readonly status: number }[] | null> {
  const list = await tx.statusList.findUnique({ where: { id }, select: { id: true } });
  if (list === null) return null;
  return tx.$queryRaw`
    SELECT "index", "status" FROM "StatusEntry" WHERE "listId" = ${id} AND "status" <> 0 ORDER BY "index"`;
}
