import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { openDatabase, type DatabaseOptions } from '@guise/persistence';

const ROOT = join(import.meta.dirname, '../../../..');
export const MIGRATIONS = join(ROOT, 'prisma/migrations');
const LOCAL_POSTGRES = 'postgresql://postgres@127.0.0.1:5432/postgres';

export type DatabaseKind = 'embedded' | 'postgresql';

/** A fresh, migrated database for one suite. */
export interface TestDatabase {
  readonly options: Partial<DatabaseOptions>;
  drop(): Promise<void>;
}

/**
 * The databases suites run on: the embedded one always, PostgreSQL when GUISE_TEST_DATABASE_URL names a server (its
 * user may create databases) or a local one answers. Without one the test file shows a skipped suite that says so.
 */
export async function testDatabases(): Promise<readonly DatabaseKind[]> {
  if ((await findServer()) !== undefined) return ['embedded', 'postgresql'];
  await showSkipped();
  return ['embedded'];
}

/** Vitest is loaded here only: processes under test import this file too. */
async function showSkipped(): Promise<void> {
  const { describe, it } = await import('vitest');
  describe.skip('on postgresql: no server answers, set GUISE_TEST_DATABASE_URL', () => {
    it.skip('everything this file tests on the embedded database');
  });
}

export function openTestDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  return kind === 'embedded' ? freshEmbedded() : freshPostgres();
}

/** Reloads a migrated template, kept between runs under the hash of the migrations: under a second instead of five. */
async function freshEmbedded(): Promise<TestDatabase> {
  const snapshot = new Blob([new Uint8Array(await readTemplate())]);
  return { options: { url: undefined, folder: undefined, snapshot }, drop: () => Promise.resolve() };
}

async function readTemplate(): Promise<Uint8Array> {
  const folder = join(ROOT, '.cache/test');
  const path = join(folder, `pglite-${await migrationsHash()}.tar`);
  try {
    return await readFile(path);
  } catch {
    await mkdir(folder, { recursive: true });
    const bytes = await buildTemplate();
    const temporary = `${path}.${randomBytes(6).toString('hex')}`;
    await writeFile(temporary, bytes);
    await rename(temporary, path);
    return bytes;
  }
}

async function buildTemplate(): Promise<Uint8Array> {
  let dump: Blob | undefined;
  const pglite = await PGlite.create();
  const database = await openDatabase({ embedded: pglite, migrations: MIGRATIONS });
  try {
    dump = await pglite.dumpDataDir('none');
  } finally {
    await database.close();
  }
  return new Uint8Array(await dump.arrayBuffer());
}

async function migrationsHash(): Promise<string> {
  const hash = createHash('sha256').update('pglite 0.5.14');
  const names = (await readdir(MIGRATIONS, { recursive: true }))
    .filter((name) => name.endsWith('.sql'))
    .sort();
  for (const name of names) hash.update(name).update(await readFile(join(MIGRATIONS, name)));
  return hash.digest('hex').slice(0, 24);
}

async function freshPostgres(): Promise<TestDatabase> {
  const url = await createServerDatabase(`guise_test_${randomBytes(8).toString('hex')}`);
  return { options: { url }, drop: () => dropServerDatabase(url) };
}

/** Creates a database on the test server, empty or as a copy of another that nobody uses. @returns its URL */
export async function createServerDatabase(name: string, template?: string): Promise<string> {
  const server = await findServer();
  if (server === undefined) throw new Error('no PostgreSQL: set GUISE_TEST_DATABASE_URL');
  await runOn(
    server,
    `CREATE DATABASE ${name}${template === undefined ? '' : ` TEMPLATE ${databaseName(template)}`}`,
  );
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

export async function dropServerDatabase(url: string): Promise<void> {
  const server = await findServer();
  if (server !== undefined) await runOn(server, `DROP DATABASE IF EXISTS ${databaseName(url)} WITH (FORCE)`);
}

function databaseName(url: string): string {
  return new URL(url).pathname.slice(1);
}

let server: Promise<string | undefined> | undefined;

function findServer(): Promise<string | undefined> {
  const configured = process.env.GUISE_TEST_DATABASE_URL;
  if (configured !== undefined && configured !== '') return Promise.resolve(configured);
  server ??= probeLocal();
  return server;
}

async function probeLocal(): Promise<string | undefined> {
  try {
    await runOn(LOCAL_POSTGRES, 'SELECT 1');
    return LOCAL_POSTGRES;
  } catch (error) {
    // A server that is not there is fine; anything else must not silently halve the suite.
    const refused = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
    if (!refused) process.stderr.write(`PostgreSQL suites do not run: ${String(error)}\n`);
    return undefined;
  }
}

async function runOn(url: string, sql: string): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
