import { z } from 'zod';
import type { Transaction } from '../database.js';
import type { Statement, Statements } from '../statements.js';

const USE: Statement = {
  name: 'guise-use-dpop-proof',
  text: `
    WITH used AS (
      INSERT INTO "DpopProof" ("id", "expiresAt") VALUES ($1::text, to_timestamp($2::float8) AT TIME ZONE 'UTC')
      ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT EXISTS (SELECT 1 FROM used) AS "fresh", (SELECT row_to_json(device) FROM (
        SELECT "Device"."id", "Device"."personId", "Device"."jkt"
        FROM "Device" JOIN "Person" ON "Person"."id" = "Device"."personId"
        WHERE "Device"."id" = $3::text AND "Device"."state" = 'active' AND "Person"."state" = 'active'
      ) AS device) AS "device"`,
};

const usedRow = z.object({
  fresh: z.boolean(),
  device: z.object({ id: z.string(), personId: z.string(), jkt: z.string() }).nullable(),
});

/** What came of using a proof. */
export interface UsedProof {
  /** False when it was seen before, concurrently too. */
  readonly fresh: boolean;
  /** The device asked for, if it is an active one of an active person. */
  readonly device: { readonly id: string; readonly personId: string; readonly jkt: string } | null;
}

/**
 * Remembers a proof, and reads the device that it is said to be of.
 * @param proof.forgottenAt Unix seconds
 */
export async function useDpopProof(
  sql: Statements,
  proof: { readonly id: string; readonly forgottenAt: number; readonly deviceId: string | null },
): Promise<UsedProof> {
  const [row] = await sql.run(USE, [proof.id, proof.forgottenAt, proof.deviceId]);
  return usedRow.parse(row);
}

export async function forgetDpopProofs(tx: Transaction, now: Date): Promise<void> {
  await tx.dpopProof.deleteMany({ where: { expiresAt: { lte: now } } });
}
