import { z } from 'zod';
import type { Transaction } from './database.js';

/** Entries of the ledger that were destroyed: their places, for the entry that says so. */
const destroyed = z.array(z.object({ leafIndex: z.coerce.number().int().nonnegative() }));

/**
 * Destroys payload and salt of what the ledger holds of erased source faces: which template and which evidence they were
 * registered with. A face that its person registered afterwards keeps its own. Entries without a place in the log wait.
 * @returns their places in the log, at most `limit`
 */
export async function destroyFaceEntries(tx: Transaction, limit: number): Promise<readonly number[]> {
  return placesOf(
    await tx.$queryRaw`
      UPDATE "LedgerEntry" SET "payload" = NULL, "salt" = NULL
      WHERE "payload" IS NOT NULL AND "id" IN (
        SELECT entry."id" FROM "LedgerEntry" AS entry
        JOIN "SourceFace" AS face ON face."personId" = entry."topic" AND face."state" = 'erased'
          AND entry."stagedAt" <= face."endedAt"
        WHERE entry."kind" = 'enrolment' AND entry."payload" IS NOT NULL AND entry."leafIndex" IS NOT NULL
        LIMIT ${limit})
      RETURNING "leafIndex"`,
  );
}

/**
 * Destroys payload and salt of what the ledger holds about somebody who left: their passkeys, faces, devices and consents,
 * the states and approvals of the avatars that show them, and the sessions they wore. What they decided for others as an
 * admin or auditor stays, and so do the passkeys that signed it. Entries without a place in the log wait.
 * @returns their places in the log, at most `limit`
 */
export async function destroyLeaverEntries(
  tx: Transaction,
  personId: string,
  limit: number,
): Promise<readonly number[]> {
  const entries = await entriesAbout(tx, personId, limit);
  const placed = entries.flatMap(({ id, leafIndex }) => (leafIndex === null ? [] : [id]));
  return placesOf(
    await tx.$queryRaw`
      UPDATE "LedgerEntry" SET "payload" = NULL, "salt" = NULL
      WHERE "id" = ANY(${placed}) AND "payload" IS NOT NULL RETURNING "leafIndex"`,
  );
}

/** Whether anything that `destroyLeaverEntries` destroys is still there. */
export async function hasLeaverEntries(tx: Transaction, personId: string): Promise<boolean> {
  return (await entriesAbout(tx, personId, 1)).length > 0;
}

/** Those with a place in the log first. */
async function entriesAbout(
  tx: Transaction,
  personId: string,
  limit: number,
): Promise<readonly { readonly id: bigint; readonly leafIndex: bigint | null }[]> {
  return tx.$queryRaw<{ id: bigint; leafIndex: bigint | null }[]>`
    SELECT "id", "leafIndex" FROM "LedgerEntry"
    WHERE "payload" IS NOT NULL
      AND "topic" IN (
        SELECT ${personId}
        UNION ALL SELECT "id" FROM "Device" WHERE "personId" = ${personId}
        UNION ALL SELECT "id" FROM "Consent" WHERE "subjectId" = ${personId}
        UNION ALL SELECT "id" FROM "Avatar" WHERE "subjectId" = ${personId}
        UNION ALL SELECT "id" FROM "Approval" WHERE "subjectId" = ${personId}
        UNION ALL SELECT "id" FROM "WearSession" WHERE "personId" = ${personId})
      AND ("kind" <> 'passkey' OR NOT (
        EXISTS (SELECT FROM "Approval" WHERE "approverId" = ${personId} AND "subjectId" <> ${personId})
        OR EXISTS (SELECT FROM "Policy" WHERE "decidedById" = ${personId})
        OR EXISTS (SELECT FROM "SigningKey" WHERE "requestedById" = ${personId})))
    ORDER BY "leafIndex" NULLS LAST LIMIT ${limit}`;
}

/** A report holds what proves it, salts included: those that open one of these places are destroyed with it. */
export async function destroyReports(tx: Transaction, leafIndexes: readonly number[]): Promise<number> {
  const places = leafIndexes.map(String);
  return tx.$executeRaw`
    UPDATE "Verification" SET "report" = '{"erased": true}'::jsonb
    WHERE EXISTS (
      SELECT FROM jsonb_path_query("report", '$.proof.entries[*].index') AS place WHERE place #>> '{}' = ANY(${places})
    ) OR EXISTS (
      SELECT FROM jsonb_path_query("report", '$.otherProofs[*].entries[*].index') AS place
      WHERE place #>> '{}' = ANY(${places}))`;
}

const placesOf = (rows: unknown): readonly number[] =>
  destroyed.parse(rows).map(({ leafIndex }) => leafIndex);
