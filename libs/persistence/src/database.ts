import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { observeStatements, withScripts, type StatementHook } from './adapter.js';
import { PersistenceError } from './errors.js';
import { lockFolder } from './folder-lock.js';
import { PrismaClient, type Prisma } from './generated/client.js';
import { applyMigrations } from './migrate/migrations.js';
import { statementsEmbedded, statementsOnServer, type StatementEngine } from './statements.js';
import { listenEmbedded, listenOnServer, type Listen } from './notifications.js';

export type Client = PrismaClient;
/** A client bound to one open transaction. */
export type Transaction = Prisma.TransactionClient;

/**
 * The authority's database. On the embedded engine there is one connection: inside `transaction` use only `tx`, a call on
 * `client` there would wait for itself.
 */
export interface Database {
  readonly kind: 'embedded' | 'postgresql';
  readonly client: Client;
  /** Names of the migrations that opening applied. */
  readonly applied: readonly string[];
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** The same database below Prisma, for the few things that are asked all the time. */
  readonly statements: StatementEngine;
  /** Hears what any process told with `notify`, until the returned function is called. */
  readonly listen: Listen;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** PostgreSQL connection string; without it the embedded database is used. */
  readonly url?: string | undefined;
  /** Folder of the embedded database, locked while open; without it the data lives in memory. */
  readonly folder?: string | undefined;
  /** Content of a fresh in-memory database (PGlite `dumpDataDir`). */
  readonly snapshot?: Blob | undefined;
  /** An embedded engine the caller opened; closed with the database. */
  readonly embedded?: PGlite | undefined;
  /** Folder of the migrations to apply; without it none are. */
  readonly migrations?: string | undefined;
  readonly onStatement?: StatementHook | undefined;
}

/** Transactions queue for the embedded engine's one connection: wait longer than Prisma's two seconds. */
const TRANSACTION = { maxWait: 10_000, timeout: 20_000 } as const;

interface Engine {
  readonly kind: Database['kind'];
  readonly factory: SqlMigrationAwareDriverAdapterFactory;
  readonly listen: Listen;
  readonly statements: StatementEngine;
  close(): Promise<void>;
}

/**
 * Opens the database and brings its schema up to date.
 * @throws PersistenceError `folder-locked`, `migration-failed` or `unreachable`
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const engine =
    options.url === undefined
      ? await openEmbedded(options)
      : await openPostgres(options.url, options.onStatement);
  try {
    const applied =
      options.migrations === undefined ? [] : await applyMigrations(engine.factory, options.migrations);
    const adapter =
      options.onStatement === undefined
        ? engine.factory
        : observeStatements(engine.factory, options.onStatement);
    const client = new PrismaClient({ adapter, transactionOptions: TRANSACTION });
    return {
      kind: engine.kind,
      client,
      applied,
      transaction: (work) => client.$transaction(work),
      statements: engine.statements,
      listen: engine.listen,
      ping: async () => {
        await client.$queryRaw`SELECT 1`;
      },
      close: async () => {
        await client.$disconnect();
        await engine.close();
      },
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

async function openPostgres(url: string, hook: StatementHook | undefined): Promise<Engine> {
  const [{ PrismaPg }, { default: pg }] = await Promise.all([import('@prisma/adapter-pg'), import('pg')]);
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: TRANSACTION.maxWait });
  // An idle connection the server closed: the pool replaces it, and a lasting outage shows in the next statement.
  pool.on('error', () => undefined);
  try {
    await pool.query('SELECT 1');
  } catch (error) {
    await pool.end();
    throw new PersistenceError(
      'unreachable',
      'PostgreSQL does not answer. Check DATABASE_URL and the server.',
      {
        cause: error,
      },
    );
  }
  const factory = withScripts(new PrismaPg(pool), async (script) => {
    await pool.query(script);
  });
  const listen = listenOnServer(() => new pg.Client({ connectionString: url, keepAlive: true }));
  const statements = statementsOnServer(pool, { timeoutMs: TRANSACTION.timeout, hook });
  return { kind: 'postgresql', factory, listen, statements, close: () => pool.end() };
}

async function openEmbedded(options: DatabaseOptions): Promise<Engine> {
  const { PGlite } = await import('@electric-sql/pglite');
  const { PrismaPGlite } = await import('pglite-prisma-adapter');
  const lock = options.folder === undefined ? undefined : lockFolder(options.folder);
  let pglite: PGlite;
  try {
    pglite =
      options.embedded ??
      (await PGlite.create({
        ...(options.folder === undefined ? {} : { dataDir: join(options.folder, 'database') }),
        ...(options.snapshot === undefined ? {} : { loadDataDir: options.snapshot }),
      }));
  } catch (error) {
    lock?.release();
    throw error;
  }
  return {
    kind: 'embedded',
    listen: listenEmbedded(pglite),
    statements: statementsEmbedded(pglite, options.onStatement),
    factory: withScripts(new PrismaPGlite(pglite), async (script) => {
      await pglite.exec(script);
    }),
    close: async () => {
      await pglite.close();
      lock?.release();
    },
  };
}
