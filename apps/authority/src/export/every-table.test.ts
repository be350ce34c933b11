/**
 * What is held about a person is exported, whichever table it is in: every model of the Prisma schema is filled with one row of
 * somebody's, and is either in their export or in a list here that says why not. A new model fails until it is in one.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportPerson, openDatabase, type Database, type PersonExport } from '@guise/persistence';
import { formatId } from '@guise/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIGRATIONS, openTestDatabase, testDatabases, type TestDatabase } from '../testing/index.js';

const LEFT_OUT: Readonly<Record<string, string>> = {
  Ceremony: 'challenges in flight, gone in minutes',
  DepartedName: 'keyed hashes that name nobody',
  DeviceAuthorization: 'of a device that nobody has confirmed',
  DpopProof: 'hashes of proofs, gone in minutes',
  IdempotencyKey: 'keyed hashes and sealed answers, gone in a day',
  LedgerCheckpoint: 'the log: commitments and signatures',
  LedgerHead: 'the log: commitments and signatures',
  LedgerTile: 'the log: commitments and signatures',
  PasskeyCount: 'counters of the last minutes; the passkey with its last use is in Passkey',
  RefreshToken: 'secrets of a device; the device is in Device',
  SignInThrottle: 'hashes, gone in minutes',
  StatusEntry: 'published numbers, decoys among them; which is the person’s is in Permit',
  StatusList: 'published numbers',
};
/** What no export may show, in every column that holds bytes or is called so. */
const SECRET = 'a secret that leaves nowhere';
const SECRET_NAMES = /hash|token|secret|challenge|seed|cookie|jws/i;

const person = formatId('person', new Uint8Array(16).fill(7));

describe.each(await testDatabases())('the export of every table on %s', (kind) => {
  let place: TestDatabase;
  let database: Database;
  let models: readonly string[];
  let exported: PersonExport;
  beforeAll(async () => {
    place = await openTestDatabase(kind);
    database = await openDatabase({ ...place.options, migrations: MIGRATIONS });
    models = await readModels();
    for (const model of models) await fill(model);
    exported = await database.transaction((tx) => exportPerson(tx, person));
  });
  afterAll(async () => {
    await database.close();
    await place.drop();
  });

  /** One row in which whatever may name a person, or what belongs to them, names this one. */
  async function fill(table: string): Promise<void> {
    const { client } = database;
    const checks = await client.$queryRaw<{ name: string }[]>`
      SELECT "conname"::text AS name FROM pg_constraint
      WHERE "contype" = 'c' AND "conrelid" = ${`"${table}"`}::text::regclass`;
    for (const { name } of checks) {
      await client.$executeRawUnsafe(`ALTER TABLE "${table}" DROP CONSTRAINT "${name}"`);
    }
    const columns = await client.$queryRaw<{ name: string; type: string }[]>`
      SELECT column_name::text AS name, data_type::text AS type FROM information_schema.columns
      WHERE table_name = ${table} AND table_schema = current_schema()`;
    expect(columns, table).not.toEqual([]);
    const names = columns.map(({ name }) => `"${name}"`).join(', ');
    const values = columns.map(valueOf).join(', ');
    await database.transaction(async (tx) => {
      await tx.$executeRawUnsafe('SET LOCAL session_replication_role = replica');
      await tx.$executeRawUnsafe(`INSERT INTO "${table}" (${names}) VALUES (${values})`);
    });
  }

  it('shows every table, or it is said here why not', () => {
    const shown = Object.keys(exported.tables);
    expect([...shown, ...Object.keys(LEFT_OUT)].toSorted()).toEqual([...models].toSorted());
  });

  it('shows where notices go, and who the person is to directories and providers', () => {
    const { tables } = exported;
    for (const [table, column] of [
      ['NoticeAddress', 'email'],
      ['NoticeAddressClaim', 'email'],
      ['NoticeDelivery', 'recipient'],
      ['ExternalIdentity', 'issuer'],
      ['ExternalIdentity', 'subject'],
      ['ProvisionedUser', 'userName'],
      ['ProvisionedUser', 'externalId'],
      ['ExpectedUser', 'userKey'],
    ] as const) {
      expect([table, column, tables[table]?.[0]?.[column]]).toEqual([table, column, person]);
    }
  });

  it('shows no secret and no bytes', () => {
    expect(JSON.stringify(exported)).not.toContain(SECRET);
  });
});

function valueOf({ name, type }: { readonly name: string; readonly type: string }): string {
  if (type === 'text') return `'${SECRET_NAMES.test(name) ? SECRET : person}'`;
  if (type === 'ARRAY') return `ARRAY['${person}']::text[]`;
  if (type === 'bytea') return `convert_to('${SECRET}', 'UTF8')`;
  if (type === 'jsonb') return `'{}'`;
  if (type === 'boolean') return 'true';
  if (type.startsWith('timestamp')) return 'now()';
  return '1';
}

async function readModels(): Promise<readonly string[]> {
  const folder = join(MIGRATIONS, '../schema');
  const files = await readdir(folder);
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => [...text.matchAll(/^model (\w+) \{/gm)].map(([, name]) => name ?? ''));
}
