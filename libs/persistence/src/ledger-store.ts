import { cutTile, type SequencerStorage, type TileCoordinate } from '@guise/ledger';
import type { Client, Database } from './database.js';

/** The newest published checkpoint. */
export interface PublishedCheckpoint {
  readonly note: string;
  readonly size: number;
  readonly signedAt: Date;
}

export interface LedgerStore extends SequencerStorage {
  readPublished(): Promise<PublishedCheckpoint | null>;
  /** Whether an entry waits for its place. */
  hasStaged(): Promise<boolean>;
}

const HEAD_ID = 1;
const ENTRY_LEVEL = -1;
const levelOf = ({ level }: TileCoordinate): number => (level === 'entries' ? ENTRY_LEVEL : level);

/** The log in the database: each method is one statement, so it holds or it did not happen. */
export function createLedgerStore(client: Client): LedgerStore {
  return {
    async readTile(tile) {
      const row = await client.ledgerTile.findUnique({
        where: { level_tileIndex: { level: levelOf(tile), tileIndex: BigInt(tile.index) } },
        select: { bytes: true },
      });
      return row === null ? null : cutTile(tile, row.bytes);
    },
    async writeTile(tile, bytes) {
      // A narrower version never replaces a wider one: what was written stays.
      await client.$executeRaw`
        INSERT INTO "LedgerTile" ("level", "tileIndex", "width", "bytes")
        VALUES (${levelOf(tile)}, ${BigInt(tile.index)}, ${tile.width}, ${new Uint8Array(bytes)})
        ON CONFLICT ("level", "tileIndex") DO UPDATE SET "width" = EXCLUDED."width", "bytes" = EXCLUDED."bytes"
        WHERE "LedgerTile"."width" < EXCLUDED."width"`;
    },
    async readHead() {
      const row = await client.ledgerHead.findUnique({ where: { id: HEAD_ID } });
      return row?.note ?? null;
    },
    async readSequenced(from, limit) {
      const rows = await client.ledgerEntry.findMany({
        where: { leafIndex: { gte: BigInt(from) } },
        orderBy: { leafIndex: 'asc' },
        take: limit,
        select: { leafIndex: true, commitment: true },
      });
      return rows.map(({ leafIndex, commitment }) => ({ index: Number(leafIndex), commitment }));
    },
    assignIndexes: (from, limit) => client.$executeRaw`
      UPDATE "LedgerEntry" AS entry SET "leafIndex" = batch.place
      FROM (
        SELECT "id", ${BigInt(from)}::bigint + row_number() OVER (ORDER BY "id") - 1 AS place
        FROM (SELECT "id" FROM "LedgerEntry" WHERE "leafIndex" IS NULL ORDER BY "id" LIMIT ${limit}) AS staged
      ) AS batch
      WHERE entry."id" = batch."id" AND entry."leafIndex" IS NULL`,
    async swapHead(expected, next) {
      const changed =
        expected === null
          ? await client.$executeRaw`
              INSERT INTO "LedgerHead" ("id", "note") VALUES (${HEAD_ID}, ${next}) ON CONFLICT ("id") DO NOTHING`
          : await client.$executeRaw`
              UPDATE "LedgerHead" SET "note" = ${next} WHERE "id" = ${HEAD_ID} AND "note" = ${expected}`;
      return changed === 1;
    },
    async publish(checkpoint, signedAt) {
      await client.$executeRaw`
        INSERT INTO "LedgerCheckpoint" ("size", "note", "signedAt")
        VALUES (${BigInt(checkpoint.size)}, ${checkpoint.note}, ${new Date(signedAt * 1000)})
        ON CONFLICT ("size") DO NOTHING`;
    },
    async readPublished() {
      const row = await client.ledgerCheckpoint.findFirst({ orderBy: { size: 'desc' } });
      return row === null ? null : { note: row.note, size: Number(row.size), signedAt: row.signedAt };
    },
    async hasStaged() {
      const row = await client.ledgerEntry.findFirst({ where: { leafIndex: null }, select: { id: true } });
      return row !== null;
    },
  };
}

/** Key of the advisory lock that one sequencer holds. Any fixed number no other lock of this database uses. */
const SEQUENCER_LOCK = 0x2f1c_8a07_55d1n;

/**
 * Runs `work` while no other process sequences. PostgreSQL: an advisory lock, freed with its transaction also when this
 * process dies. The embedded database has one process by its folder lock.
 * @returns undefined when another process is at it
 */
export async function withSequencerLock<T>(
  database: Database,
  work: () => Promise<T>,
): Promise<T | undefined> {
  if (database.kind === 'embedded') return work();
  return database.transaction(async (tx) => {
    const [row] = await tx.$queryRaw<{ locked: boolean }[]>`
      SELECT pg_try_advisory_xact_lock(${SEQUENCER_LOCK}) AS locked`;
    return row?.locked === true ? work() : undefined;
  });
}
