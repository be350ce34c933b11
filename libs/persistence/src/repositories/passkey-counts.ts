import { z } from 'zod';
import type { Transaction } from '../database.js';

/** A count that was accepted, and the one it took the place of. */
export interface PasskeyCountRecord {
  readonly counter: number;
  readonly before: number;
}

/** Longer than any ceremony of a passkey may be open. */
const KEPT_MS = 900_000;

const locked = z.array(z.object({ counter: z.coerce.bigint() })).max(1);

/**
 * Moves the counter forwards under a lock, so that of two uses of the same count only one passes, and notes that it did.
 * @returns false when the counter would stand still or go back, and when the passkey may not be used any more
 */
export async function advancePasskey(
  tx: Transaction,
  id: string,
  counter: number,
  now: Date,
): Promise<boolean> {
  const [row] = locked.parse(
    await tx.$queryRaw`
      SELECT "counter" FROM "Passkey" WHERE "id" = ${id} AND "clonedAt" IS NULL AND "removedAt" IS NULL
      FOR NO KEY UPDATE`,
  );
  if (row === undefined) return false;
  const [before, next] = [row.counter, BigInt(counter)];
  // Of a passkey that does not count both are 0.
  if (next <= before && (next !== 0n || before !== 0n)) return false;
  await tx.passkey.update({ where: { id }, data: { counter: next, lastUsedAt: now } });
  if (next > before) {
    const over = new Date(now.getTime() - KEPT_MS);
    await tx.passkeyCount.deleteMany({ where: { passkeyId: id, acceptedAt: { lt: over } } });
    await tx.passkeyCount.create({ data: { passkeyId: id, counter: next, before, acceptedAt: now } });
  }
  return true;
}

/**
 * By what ceremonies remember when they were issued: every count accepted later has a greater number, whichever clock tells the
 * time.
 */
export async function lastPasskeyCount(tx: Transaction): Promise<bigint> {
  return (await tx.passkeyCount.aggregate({ _max: { id: true } }))._max.id ?? 0n;
}

/** What was accepted of a passkey since a ceremony was issued, oldest first. Read the passkey itself before. */
export async function listCountsSince(
  tx: Transaction,
  passkeyId: string,
  issuedAfter: bigint,
): Promise<readonly PasskeyCountRecord[]> {
  const rows = await tx.passkeyCount.findMany({
    where: { passkeyId, id: { gt: issuedAfter } },
    orderBy: { id: 'asc' },
  });
  return rows.map(({ counter, before }) => ({ counter: Number(counter), before: Number(before) }));
}
