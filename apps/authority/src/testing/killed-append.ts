/**
 * A process that dies: `node killed-append.js <folder or PostgreSQL URL> <n>` brings the log in order, checks it, stages
 * three entries and publishes them, and kills itself (SIGKILL) before the n-th statement that writes. It prints
 * `staged` once its entries are committed, and `done <size>` when it outlived its statements.
 */
import {
  createNoteSigner,
  createSequencer,
  hashLeaf,
  merkleRoot,
  openTree,
  verifyCheckpoint,
  type VerifiedCheckpoint,
} from '@guise/ledger';
import { createLedgerStore, openDatabase, stageLedgerEntry, type Database } from '@guise/persistence';
import { formatId, personId } from '@guise/protocol';

const ENTRIES_PER_ROUND = 3;
const signer = createNoteSigner('crash.test/log', new Uint8Array(32).fill(5));
const person = personId.parse(formatId('person', new Uint8Array(16).fill(1)));

async function main(place: string, dieAt: number): Promise<void> {
  let armed = false;
  let writes = 0;
  const database = await openDatabase({
    ...(place.startsWith('postgres') ? { url: place } : { folder: place }),
    onStatement: (sql) => {
      if (!armed || !isWrite(sql)) return;
      writes += 1;
      if (writes === dieAt) process.kill(process.pid, 'SIGKILL');
    },
  });
  await recover(database);
  armed = true;
  await stageRound(database);
  process.stdout.write('staged\n');
  const { size } = await sequencerOf(database).runOnce();
  armed = false;
  await recover(database);
  process.stdout.write(`done ${String(size)}\n`);
  await database.close();
}

const isWrite = (sql: string): boolean => /^\s*(INSERT|UPDATE|COMMIT)/i.test(sql);

const sequencerOf = (database: Database) =>
  createSequencer({ storage: createLedgerStore(database.client), signer, clock: () => 1_800_000_000 });

function stageRound(database: Database): Promise<void> {
  return database.transaction(async (tx) => {
    for (let i = 0; i < ENTRIES_PER_ROUND; i += 1) {
      const payload = { v: 1, kind: 'erasure', at: 1, person, what: 'crash', count: i } as const;
      await stageLedgerEntry(tx, payload, new Uint8Array(32).fill(i), new Date(0));
    }
  });
}

/** Publishes what an earlier life left behind, then checks the log against every entry in the database. */
async function recover(database: Database): Promise<void> {
  const store = createLedgerStore(database.client);
  const before = await store.readPublished();
  const { runOnce } = sequencerOf(database);
  await runOnce();
  const head = await runOnce();
  await requireWhole(database, head);
  if (before === null) return;
  const older = verifyCheckpoint(before.note, signer.verifier);
  await openTree(store, head.size).proveConsistency(older.size);
}

async function requireWhole(database: Database, head: VerifiedCheckpoint): Promise<void> {
  const rows = await database.client.ledgerEntry.findMany({ orderBy: { id: 'asc' } });
  require(rows.length % ENTRIES_PER_ROUND === 0, 'a transaction was stored by halves');
  require(rows.every(
    (row, i) => row.leafIndex === BigInt(i),
  ), 'an entry is lost, out of order or placed twice');
  require(head.size === rows.length, 'the checkpoint misses entries');
  const root = merkleRoot(rows.map(({ commitment }) => hashLeaf(commitment)));
  const tiles = await openTree(createLedgerStore(database.client), head.size).root();
  require(String(root) === String(head.root) &&
    String(tiles) === String(root), 'tiles and checkpoint disagree');
  const published = await createLedgerStore(database.client).readPublished();
  require(published?.note === head.note, 'the newest checkpoint is not published');
}

function require(condition: boolean, broken: string): void {
  if (!condition) throw new Error(broken);
}

await main(process.argv[2] ?? '', Number(process.argv[3]));
