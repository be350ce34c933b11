import { z } from 'zod';
import type { Transaction } from '../database.js';

const counted = z.tuple([z.object({ attempts: z.int(), since: z.coerce.number().int() })]);

/**
 * Counts an attempt before it is made, in one statement: of any number at once, over all replicas, each has a number of its
 * own. A window that is over begins anew.
 */
export async function countAttempt(
  tx: Transaction,
  id: string,
  nowSeconds: number,
  windowSeconds: number,
): Promise<{ readonly attempts: number; readonly since: number }> {
  const over = BigInt(nowSeconds - windowSeconds);
  const now = BigInt(nowSeconds);
  const rows = await tx.$queryRaw`
    INSERT INTO "SignInThrottle" AS t ("id", "attempts", "since") VALUES (${id}, 1, ${now})
    ON CONFLICT ("id") DO UPDATE SET
      "attempts" = CASE WHEN t."since" <= ${over} THEN 1 ELSE t."attempts" + 1 END,
      "since" = CASE WHEN t."since" <= ${over} THEN ${now} ELSE t."since" END
    RETURNING "attempts", "since"`;
  return counted.parse(rows)[0];
}

/** An attempt that succeeded does not count. */
export async function uncountAttempt(tx: Transaction, id: string): Promise<void> {
  await tx.signInThrottle.updateMany({
    where: { id, attempts: { gt: 0 } },
    data: { attempts: { decrement: 1 } },
  });
}

/** Forgets the attempts of an account that was signed in to, and every window that is over. */
export async function forgetAttempts(tx: Transaction, id: string, overSeconds: number): Promise<void> {
  await tx.signInThrottle.deleteMany({ where: { OR: [{ id }, { since: { lte: BigInt(overSeconds) } }] } });
}
