import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, statementsIn, type Database, type Statement } from '@guise/persistence';
import { openTestDatabase, testDatabases } from '../testing/index.js';

const READ: Statement = {
  name: 'test-read',
  text: `SELECT "id", floor(extract(epoch FROM "createdAt"))::float8 AS "at", "sealedAt" IS NULL AS "open",
    row_to_json("StatusList") AS "row" FROM "StatusList" WHERE "id" = $1::text`,
};
const WRITE: Statement = {
  name: 'test-write',
  text: `INSERT INTO "StatusList" ("id", "createdAt") VALUES ($1::text, to_timestamp($2::float8) AT TIME ZONE 'UTC')`,
};
const AT = 1_793_534_400;

describe.each(await testDatabases())('statements on %s', (kind) => {
  let database: Database;
  let drop: () => Promise<void>;
  const seen: string[] = [];
  beforeAll(async () => {
    const place = await openTestDatabase(kind);
    database = await openDatabase({
      ...place.options,
      migrations: 'prisma/migrations',
      onStatement: (sql) => {
        seen.push(sql);
      },
    });
    drop = () => place.drop();
  });
  afterAll(async () => {
    await database.close();
    await drop();
  });

  const expected = (id: string) => [
    { id, at: AT, open: true, row: expect.objectContaining({ id }) as unknown },
  ];

  it('read alike what the client of Prisma wrote, and the other way round', async () => {
    await database.client.statusList.create({ data: { id: 'by prisma', createdAt: new Date(AT * 1000) } });
    expect(await database.statements.run(READ, ['by prisma'])).toEqual(expected('by prisma'));
    await database.statements.transaction((sql) => sql.run(WRITE, ['by statement', AT]));
    const row = await database.client.statusList.findUnique({ where: { id: 'by statement' } });
    expect(row?.createdAt.getTime()).toBe(AT * 1000);
  });

  it('run among those of Prisma in one transaction, and are undone with it', async () => {
    const failing = database.transaction(async (tx) => {
      const sql = statementsIn(tx);
      await sql.run(WRITE, ['undone', AT]);
      expect(await sql.run(READ, ['undone'])).toEqual(expected('undone'));
      throw new Error('stop');
    });
    await expect(failing).rejects.toThrow('stop');
    expect(await database.statements.run(READ, ['undone'])).toEqual([]);
  });

  it('are undone by an error of the caller and of the database, and the next ones run', async () => {
    for (const fail of [
      () => Promise.reject(new Error('stop')),
      (sql: typeof database.statements) => sql.run(WRITE, [null, AT]),
    ]) {
      const failing = database.statements.transaction(async (sql) => {
        await sql.run(WRITE, ['half', AT]);
        await fail({ ...database.statements, ...sql });
      });
      await expect(failing).rejects.toThrow();
      expect(await database.statements.run(READ, ['half'])).toEqual([]);
    }
  });

  it('see what others committed meanwhile, as transactions here do', async () => {
    if (kind === 'embedded') return; // One connection: nobody commits meanwhile.
    await database.statements.transaction(async (sql) => {
      expect(await sql.run(READ, ['meanwhile'])).toEqual([]);
      await database.client.statusList.create({ data: { id: 'meanwhile', createdAt: new Date(AT * 1000) } });
      expect(await sql.run(READ, ['meanwhile'])).toEqual(expected('meanwhile'));
    });
  });

  it('are told of before they are sent, their commits too', async () => {
    seen.length = 0;
    await database.statements.transaction((sql) => sql.run(READ, ['none']));
    expect(seen).toEqual([READ.text, 'COMMIT']);
  });
});
