import { describe, expect, it } from 'vitest';
import { SEQUENCER_STORAGE_CONTRACT, commitEntry, encodePayload } from '@guise/ledger';
import { consentId, formatId, personId } from '@guise/protocol';
import { createLedgerStore, openDatabase, stageLedgerEntry, type Database } from '@guise/persistence';
import { MIGRATIONS, openTestDatabase, testDatabases, type DatabaseKind } from '../testing/index.js';

const SALT = new Uint8Array(32).fill(3);
const id = (seed: number): Uint8Array => new Uint8Array(16).fill(seed);

async function withDatabase(kind: DatabaseKind, work: (database: Database) => Promise<void>): Promise<void> {
  const fresh = await openTestDatabase(kind);
  const database = await openDatabase({ migrations: MIGRATIONS, ...fresh.options });
  try {
    await work(database);
  } finally {
    await database.close();
    await fresh.drop();
  }
}

function stageOne(database: Database, at: number): Promise<Uint8Array> {
  const payload = {
    v: 1,
    kind: 'consent-withdrawn',
    at,
    consent: consentId.parse(formatId('consent', id(1))),
    by: personId.parse(formatId('person', id(2))),
  } as const;
  return database.transaction(async (tx) => {
    await stageLedgerEntry(tx, payload, SALT, new Date(at * 1000));
    return commitEntry(encodePayload(payload), SALT);
  });
}

describe.each(await testDatabases())('the ledger store on %s', (kind) => {
  for (const { name, run } of SEQUENCER_STORAGE_CONTRACT) {
    it(name, () =>
      withDatabase(kind, async (database) => {
        let at = 0;
        const stage = (): Promise<Uint8Array> => stageOne(database, (at += 1));
        await expect(run({ storage: createLedgerStore(database.client), stage })).resolves.toBeUndefined();
      }),
    );
  }

  it('stages nothing when the change it records is rolled back', () =>
    withDatabase(kind, async (database) => {
      const work = database.transaction(async (tx) => {
        await stageLedgerEntry(
          tx,
          {
            v: 1,
            kind: 'erasure',
            at: 1,
            person: personId.parse(formatId('person', id(2))),
            what: 'x',
            count: 1,
          },
          SALT,
          new Date(0),
        );
        throw new Error('the change failed');
      });
      await expect(work).rejects.toThrow('the change failed');
      expect(await createLedgerStore(database.client).hasStaged()).toBe(false);
    }));

  it('lets nobody rewrite or delete what is staged, placed or tiled', () =>
    withDatabase(kind, async (database) => {
      const { client } = database;
      const store = createLedgerStore(client);
      await stageOne(database, 1);
      await store.assignIndexes(0, 1);
      await store.writeTile({ level: 0, index: 0, width: 1 }, new Uint8Array(32));
      const other = new Uint8Array(32).fill(9);
      await expect(client.ledgerEntry.updateMany({ data: { commitment: other } })).rejects.toThrow();
      await expect(client.ledgerEntry.updateMany({ data: { leafIndex: 7n } })).rejects.toThrow();
      await expect(client.ledgerEntry.updateMany({ data: { salt: other } })).rejects.toThrow();
      await expect(client.ledgerEntry.deleteMany()).rejects.toThrow();
      await expect(client.ledgerTile.updateMany({ data: { bytes: other } })).rejects.toThrow();
      await expect(client.ledgerTile.deleteMany()).rejects.toThrow();
      // Erasure: payload and salt go together, the commitment stays.
      await expect(client.ledgerEntry.updateMany({ data: { payload: null } })).rejects.toThrow();
      await client.ledgerEntry.updateMany({ data: { payload: null, salt: null } });
      expect((await store.readSequenced(0, 1)).map(({ index }) => index)).toEqual([0]);
    }));
});
