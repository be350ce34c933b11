import { z } from 'zod';
import type { Client } from '../database.js';

/** How far the log lags behind what was staged. */
export interface LedgerLag {
  /** Entries without a place in the log. */
  readonly staged: number;
  readonly oldestStagedAt: Date | null;
  /** Entries in the newest published checkpoint. */
  readonly published: number;
}

const stagedRow = z.object({ staged: z.coerce.number(), oldest: z.date().nullable() });

export async function readLedgerLag(client: Client): Promise<LedgerLag> {
  const [row] = await client.$queryRaw<unknown[]>`
    SELECT count(*)::int AS "staged", min("stagedAt") AS "oldest" FROM "LedgerEntry" WHERE "leafIndex" IS NULL`;
  const { staged, oldest } = stagedRow.parse(row);
  const newest = await client.ledgerCheckpoint.findFirst({
    orderBy: { size: 'desc' },
    select: { size: true },
  });
  return { staged, oldestStagedAt: oldest, published: Number(newest?.size ?? 0n) };
}
