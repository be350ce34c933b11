import { z } from 'zod';
import type { Client } from '../database.js';
import type { Statement, Statements } from '../statements.js';

/** A request that is about to be carried out under a key. */
export interface IdempotencyClaim {
  readonly id: string;
  readonly fingerprint: string;
  readonly attempt: string;
}

const idempotencyState = z.enum(['running', 'committed', 'answered']);

/** What is known of an earlier request with this key. */
export interface EarlierRequest {
  readonly fingerprint: string;
  /** `committed`: something was stored, and the answer is not kept yet; once the lease is over, it never will be. */
  readonly state: z.infer<typeof idempotencyState>;
  readonly leaseUntil: Date;
  readonly status: number | null;
  readonly answer: Uint8Array | null;
}

/**
 * Claims a key: a new one, one that expired, or one whose process went away before it stored anything.
 * @returns null when it is the caller's, else what is known of the request that has it
 */
export async function claimIdempotencyKey(
  client: Client,
  claim: IdempotencyClaim,
  times: { readonly now: Date; readonly leaseUntil: Date; readonly expiresAt: Date },
): Promise<EarlierRequest | null> {
  const { id, fingerprint, attempt } = claim;
  const { now, leaseUntil, expiresAt } = times;
  const claimed = await client.$executeRaw`
    INSERT INTO "IdempotencyKey" AS known ("id", "fingerprint", "attempt", "state", "leaseUntil", "expiresAt")
    VALUES (${id}, ${fingerprint}, ${attempt}, 'running', ${leaseUntil}, ${expiresAt})
    ON CONFLICT ("id") DO UPDATE SET "fingerprint" = EXCLUDED."fingerprint", "attempt" = EXCLUDED."attempt",
      "state" = 'running', "leaseUntil" = EXCLUDED."leaseUntil", "expiresAt" = EXCLUDED."expiresAt",
      "status" = NULL, "answer" = NULL
    WHERE known."expiresAt" <= ${now}
      OR (known."state" = 'running' AND known."leaseUntil" <= ${now} AND known."fingerprint" = EXCLUDED."fingerprint")`;
  if (claimed === 1) return null;
  const row = await client.idempotencyKey.findUnique({ where: { id } });
  // Given up in between: as good as running, for the caller asks again.
  if (row === null) return { fingerprint, state: 'running', leaseUntil, status: null, answer: null };
  return { ...row, state: idempotencyState.parse(row.state) };
}

const COMMIT: Statement = {
  name: 'guise-commit-idempotency-key',
  text: `
    UPDATE "IdempotencyKey" SET "state" = 'committed'
    WHERE "id" = $1::text AND "attempt" = $2::text AND "state" <> 'answered' RETURNING true AS "held"`,
};

/**
 * Notes, in the transaction of a change, that it was made under a key.
 * @returns false when another process took the key over: the change must not be stored
 */
export async function commitIdempotencyKey(sql: Statements, claim: IdempotencyClaim): Promise<boolean> {
  return (await sql.run(COMMIT, [claim.id, claim.attempt])).length === 1;
}

/** Keeps the answer of a request that was carried out. */
export async function answerIdempotencyKey(
  client: Client,
  { id, attempt }: IdempotencyClaim,
  answer: { readonly status: number; readonly sealed: Uint8Array },
): Promise<void> {
  await client.idempotencyKey.updateMany({
    where: { id, attempt },
    data: { state: 'answered', status: answer.status, answer: new Uint8Array(answer.sealed) },
  });
}

/**
 * Gives a key back, so that the request may be sent again under it.
 * @param state `any` when it was refused; `running` keeps it where something was stored
 */
export async function releaseIdempotencyKey(
  client: Client,
  { id, attempt }: IdempotencyClaim,
  state: 'any' | 'running',
): Promise<void> {
  await client.idempotencyKey.deleteMany({ where: { id, attempt, ...(state === 'any' ? {} : { state }) } });
}

export async function forgetIdempotencyKeys(client: Client, now: Date): Promise<number> {
  return (await client.idempotencyKey.deleteMany({ where: { expiresAt: { lte: now } } })).count;
}
