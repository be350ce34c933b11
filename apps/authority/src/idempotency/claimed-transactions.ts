import { AsyncLocalStorage } from 'node:async_hooks';
import {
  commitIdempotencyKey,
  statementsIn,
  type Database,
  type IdempotencyClaim,
  type Statements,
} from '@guise/persistence';
import { ProblemError } from '../http/problem-error.js';

/** A request that is being carried out under a key. */
interface OpenClaim {
  readonly claim: IdempotencyClaim;
  /** No longer, once it is answered: what it left running belongs to nobody. */
  open: boolean;
  committed: boolean;
  /** Of the file and fields that came, which the fingerprint could not know yet. */
  upload: string | null;
}

const claims = new AsyncLocalStorage<OpenClaim>();

/**
 * Carries a request out under its key: every transaction in it commits only while the key is held.
 * @returns with the digest of what was uploaded, if anything was
 */
export async function underClaim<T>(
  claim: IdempotencyClaim,
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly upload: string | null }> {
  const held: OpenClaim = { claim, open: true, committed: false, upload: null };
  try {
    const value = await claims.run(held, work);
    return { value, upload: held.upload };
  } finally {
    held.open = false;
  }
}

/** Says what the request that is being carried out has uploaded. */
export function noteUpload(digest: string): void {
  const held = claims.getStore();
  if (held?.open === true) held.upload = digest;
}

/** Work of everybody's that one request happened to begin: its transactions are not that request's. */
export function outsideClaims<T>(work: () => T): T {
  return claims.exit(work);
}

/**
 * The database, whose transactions say with their commit that the request was carried out: a crash after it leaves a key that
 * nobody carries out a second time, and one before it a key that the sender may use again.
 */
export function claimTransactions(database: Database): Database {
  const within = async <T>(begin: (commit: (sql: Statements) => Promise<void>) => Promise<T>): Promise<T> => {
    const held = claims.getStore();
    const isHeld = held?.open === true && !held.committed;
    const result = await begin(async (sql) => {
      if (!isHeld || (await commitIdempotencyKey(sql, held.claim))) return;
      throw new ProblemError('idempotency-in-progress');
    });
    if (isHeld) held.committed = true;
    return result;
  };
  const { statements } = database;
  return {
    ...database,
    transaction: (work) =>
      within((commit) =>
        database.transaction(async (tx) => {
          const result = await work(tx);
          await commit(statementsIn(tx));
          return result;
        }),
      ),
    statements: {
      run: (statement, values) => statements.run(statement, values),
      transaction: (work) =>
        within((commit) =>
          statements.transaction(async (sql) => {
            const result = await work(sql);
            await commit(sql);
            return result;
          }),
        ),
    },
  };
}
