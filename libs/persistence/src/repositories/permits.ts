import type { Transaction } from '../database.js';
import type { SealedEntry } from '../ledger-entries.js';
import type { Statement, Statements } from '../statements.js';

/** An issued permit. Times are Unix seconds. */
export interface PermitRecord {
  readonly id: string;
  readonly sessionId: string;
  readonly sha256: string;
  readonly jws: string;
  readonly notBefore: number;
  readonly expires: number;
  readonly statusListId: string;
  readonly statusIndex: number;
}

/**
 * The permit with its index in the status list, its ledger entry and the moment its session was seen: all of them, or
 * none where the index is taken, also by others at the same time.
 */
const KEEP: Statement = {
  name: 'guise-keep-permit',
  text: `
    WITH place AS (
      INSERT INTO "StatusEntry" ("listId", "index") VALUES ($1::text, $2::int) ON CONFLICT DO NOTHING RETURNING 1
    ), permit AS (
      INSERT INTO "Permit"
        ("id", "sessionId", "sha256", "jws", "notBefore", "expires", "statusListId", "statusIndex")
      SELECT $3::text, $4::text, $5::text, $6::text, to_timestamp($7::float8) AT TIME ZONE 'UTC',
        to_timestamp($8::float8) AT TIME ZONE 'UTC', $1::text, $2::int
      FROM place RETURNING 1
    ), entry AS (
      INSERT INTO "LedgerEntry" ("kind", "topic", "payload", "salt", "commitment", "stagedAt")
      SELECT $9::text, $10::text, $11::bytea, $12::bytea, $13::bytea, to_timestamp($14::float8) AT TIME ZONE 'UTC'
      FROM place
    ), seen AS (
      UPDATE "WearSession" SET "lastSeenAt" = to_timestamp($7::float8) AT TIME ZONE 'UTC'
      WHERE "id" = $4::text AND EXISTS (SELECT 1 FROM place)
    )
    SELECT true AS "kept" FROM permit`,
};

/**
 * Keeps an issued permit and stages its ledger entry.
 * @returns false when its index is taken: draw another one and sign again
 */
export async function keepPermit(
  sql: Statements,
  permit: PermitRecord,
  entry: SealedEntry,
): Promise<boolean> {
  const { id, sessionId, sha256, jws, notBefore, expires, statusListId, statusIndex } = permit;
  const { kind, topic, payload, salt, commitment, stagedAt } = entry;
  const kept = await sql.run(KEEP, [
    ...[statusListId, statusIndex, id, sessionId, sha256, jws, notBefore, expires],
    ...[kind, topic, payload, salt, commitment, stagedAt.getTime() / 1000],
  ]);
  return kept.length === 1;
}

/** Permits of a session, oldest first. */
export async function listPermits(tx: Transaction, sessionId: string): Promise<readonly PermitRecord[]> {
  const rows = await tx.permit.findMany({
    where: { sessionId },
    orderBy: [{ notBefore: 'asc' }, { id: 'asc' }],
  });
  return rows.map(({ notBefore, expires, ...fields }) => ({
    ...fields,
    notBefore: Math.floor(notBefore.getTime() / 1000),
    expires: Math.floor(expires.getTime() / 1000),
  }));
}
