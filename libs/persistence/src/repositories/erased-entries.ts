import type { Client, Transaction } from '../database.js';

/** An entry whose payload and salt are gone. `leafIndex` is null before it has its place. */
export interface ErasedEntry {
  readonly id: bigint;
  readonly commitment: Uint8Array;
  readonly leafIndex: number | null;
}

/** Entries about these things whose payload and salt are gone. */
export async function listErasedAbout(
  client: Client | Transaction,
  topics: readonly string[],
): Promise<readonly ErasedEntry[]> {
  return toErased(
    await client.ledgerEntry.findMany({
      where: { topic: { in: [...topics] }, OR: [{ payload: null }, { salt: null }] },
      select: { id: true, commitment: true, leafIndex: true },
    }),
  );
}

/** All entries whose payload and salt are gone, page by page in the order of staging. */
export async function pageErased(
  client: Client,
  afterId: bigint,
  limit: number,
): Promise<readonly ErasedEntry[]> {
  return toErased(
    await client.ledgerEntry.findMany({
      where: { id: { gt: afterId }, OR: [{ payload: null }, { salt: null }] },
      orderBy: { id: 'asc' },
      take: limit,
      select: { id: true, commitment: true, leafIndex: true },
    }),
  );
}

/** How many entries have a place below a size: as many as the log has, when none was deleted. */
export async function countPlaced(client: Client, size: number): Promise<number> {
  return client.ledgerEntry.count({ where: { leafIndex: { gte: 0n, lt: BigInt(size) } } });
}

interface ErasedRow {
  readonly id: bigint;
  readonly commitment: Uint8Array;
  readonly leafIndex: bigint | null;
}

const toErased = (rows: readonly ErasedRow[]): readonly ErasedEntry[] =>
  rows.map((row) => ({ ...row, leafIndex: row.leafIndex === null ? null : Number(row.leafIndex) }));

/** The entries that say which others were erased, oldest first. */
export async function readErasures(client: Client): Promise<
  readonly {
    readonly payload: Uint8Array | null;
    readonly salt: Uint8Array | null;
    readonly commitment: Uint8Array;
    readonly leafIndex: number | null;
  }[]
> {
  const rows = await client.ledgerEntry.findMany({
    where: { topic: 'entries-erased', kind: 'entries-erased' },
    orderBy: { id: 'asc' },
    select: { payload: true, salt: true, commitment: true, leafIndex: true },
  });
  return rows.map((row) => ({ ...row, leafIndex: row.leafIndex === null ? null : Number(row.leafIndex) }));
}
