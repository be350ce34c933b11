import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { observeStatements, withScripts, type StatementHook } from './adapter.js';
import { PersistenceError } from './errors.js';
import { lockFolder } from './folder-lock.js';
import { PrismaClient, type Prisma } from './generated/client.js';
import { applyMigrations } from './migrate/migrations.js';
import { statementsEmbedded, statementsOnServer, type StatementEngine } from './statements.js';
import { ALONE, enterServer, type Presence } from './presence.js';
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
  readonly presence: Pick<Presence, 'isAlone' | 'settle'>;
  /** Connections of this process to the server, and who waits for one; null on the embedded engine. */
  connections(): ConnectionCounts | null;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectionCounts {
  readonly open: number;
  readonly idle: number;
  readonly waiting: number;
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
  /** How long to wait for another process that is just opening it alone; a minute unless told. */
  readonly presenceWaitMs?: number | undefined;
}

/** Transactions queue for the embedded engine's one connection: wait longer than Prisma's two seconds. */
const TRANSACTION = { maxWait: 10_000, timeout: 20_000 } as const;

/**
 * Per process, and kept once opened: closed after seconds of idleness and opened anew in the next burst, each would plan every
 * statement once more just when others wait for it.
 */
const CONNECTIONS = 10;

interface Engine {
  readonly kind: Database['kind'];
  readonly factory: SqlMigrationAwareDriverAdapterFactory;
  readonly listen: Listen;
  readonly statements: StatementEngine;
  readonly presence: Presence;
  readonly connections: Database['connections'];
  /** Applies the migrations of a folder. @returns names of those that were new @throws PersistenceError `migration-failed` */
  migrate(folder: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/**
 * Opens the database and brings its schema up to date.
 * @throws PersistenceError `folder-locked`, `held-alone`, `migration-failed` or `unreachable`
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const engine =
    options.url === undefined ? await openEmbedded(options) : await openPostgres(options.url, options);
  try {
    const applied = options.migrations === undefined ? [] : await engine.migrate(options.migrations);
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
      presence: engine.presence,
      connections: engine.connections,
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

async function openPostgres(
  url: string,
  { onStatement: hook, presenceWaitMs }: DatabaseOptions,
): Promise<Engine> {
  const [{ PrismaPg }, { default: pg }] = await Promise.all([import('@prisma/adapter-pg'), import('pg')]);
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: TRANSACTION.maxWait,
    max: CONNECTIONS,
    min: CONNECTIONS,
  });
  // An idle connection the server closed: the pool replaces it, and a lasting outage shows in the next statement.
  pool.on('error', () => undefined);
  const connect = () => new pg.Client({ connectionString: url, keepAlive: true });
  let presence: Presence;
  try {
    presence = await enterServer(connect(), presenceWaitMs);
  } catch (error) {
    await pool.end();
    if (error instanceof PersistenceError) throw error;
    throw new PersistenceError(
      'unreachable',
      'PostgreSQL does not answer. Check DATABASE_URL and the server.',
      {
        cause: error,
      },
    );
  }
  const factoryOf = (connections: typeof pool) =>
    withScripts(new PrismaPg(connections), async (script) => {
      await connections.query(script);
    });
  const factory = factoryOf(pool);
  const listen = listenOnServer(connect);
  const statements = statementsOnServer(pool, { timeoutMs: TRANSACTION.timeout, hook });
  return {
    ...({ kind: 'postgresql', factory, listen, statements, presence } as const),
    connections: () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    // On connections that end with it: the schema engine's lock lasts as long as its connection, and the next process waits for it.
    async migrate(folder) {
      const brief = new pg.Pool({ connectionString: url, connectionTimeoutMillis: TRANSACTION.maxWait });
      brief.on('error', () => undefined);
      try {
        return await applyMigrations(factoryOf(brief), folder);
      } finally {
        await brief.end();
      }
    },
    async close() {
      await presence.leave();
      await pool.end();
    },
  };
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
  const factory = withScripts(new PrismaPGlite(pglite), async (script) => {
    await pglite.exec(script);
  });
  return {
    ...({ kind: 'embedded', factory, presence: ALONE } as const),
    connections: () => null,
    listen: listenEmbedded(pglite),
    statements: statementsEmbedded(pglite, options.onStatement),
    migrate: (folder) => applyMigrations(factory, folder),
    close: async () => {
      await pglite.close();
      lock?.release();
    },
  };
}
