import type { PGlite } from '@electric-sql/pglite';
import type pg from 'pg';
import type { StatementHook } from './adapter.js';
import type { Transaction } from './database.js';

/**
 * One SQL statement, planned once per connection under its name. Every value has a cast, and every column is text, a
 * float8, a boolean or JSON: these come out alike on every engine.
 */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export type StatementValue = string | number | boolean | Uint8Array | null;

/** Runs statements: each by itself, or all in the transaction that it was given for. */
export interface Statements {
  /** @returns the rows as the driver read them: to be parsed */
  run(statement: Statement, values: readonly StatementValue[]): Promise<readonly unknown[]>;
}

/** The way below Prisma, over the same connections, for what is asked hundreds of times a second. */
export interface StatementEngine extends Statements {
  /** At the isolation of every other transaction here: each statement sees what was committed before it. */
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
}

/** Statements in a transaction of the Prisma client, among its own. */
export function statementsIn(tx: Transaction): Statements {
  return { run: ({ text }, values) => tx.$queryRawUnsafe<unknown[]>(text, ...values) };
}

/** A transaction that waits for a lock gives up after this time, as those of the Prisma client do. */
const BEGIN = (timeoutMs: number): string => `BEGIN; SET LOCAL statement_timeout = ${String(timeoutMs)}`;

export function statementsOnServer(
  pool: pg.Pool,
  options: { readonly timeoutMs: number; readonly hook: StatementHook | undefined },
): StatementEngine {
  const { timeoutMs, hook } = options;
  const on = (client: Pick<pg.ClientBase, 'query'>): Statements => ({
    run: async ({ name, text }, values) => {
      hook?.(text);
      return (await client.query<Record<string, unknown>>({ name, text, values: [...values] })).rows;
    },
  });
  return {
    ...on(pool),
    transaction: async (work) => {
      const client = await pool.connect();
      // Lost between two statements: the next one says so.
      client.on('error', ignore);
      let broken = false;
      try {
        await client.query(BEGIN(timeoutMs));
        const result = await work(on(client));
        hook?.('COMMIT');
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {
          broken = true;
        });
        throw error;
      } finally {
        client.off('error', ignore);
        client.release(broken);
      }
    },
  };
}

const ignore = (): void => undefined;

/** On the embedded engine: transactions of both kinds queue for its one connection. */
export function statementsEmbedded(pglite: PGlite, hook: StatementHook | undefined): StatementEngine {
  const on = (client: Pick<PGlite, 'query'>): Statements => ({
    run: async ({ text }, values) => {
      hook?.(text);
      return (await client.query<Record<string, unknown>>(text, [...values])).rows;
    },
  });
  return {
    ...on(pglite),
    transaction: (work) =>
      pglite.transaction(async (tx) => {
        const result = await work(on(tx));
        hook?.('COMMIT');
        return result;
      }),
  };
}
