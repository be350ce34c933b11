import fc from 'fast-check';
import { formatId, sessionId } from '@guise/protocol';
import { describe, expect, it } from 'vitest';
import { verifyCheckpoint, type VerifiedCheckpoint } from './checkpoint.js';
import { commitEntry } from './commitment.js';
import { createMemoryLedger, type MemoryLedger } from './memory.js';
import { merkleRootOf } from './merkle.js';
import { createNoteSigner } from './note.js';
import type { LedgerPayload } from './payload.js';
import { verifyConsistency } from './proof.js';
import { createSequencer, type SequencerStorage } from './sequencer.js';
import { SEQUENCER_STORAGE_CONTRACT } from './storage-contract.js';
import { decodeEntryTile } from './tile.js';
import { openTree } from './tree.js';

const signer = createNoteSigner('log.example/guise', new Uint8Array(32).fill(1));
const session = sessionId.parse(formatId('session', new Uint8Array(16)));
const clock = (): number => 1_800_000_000;

const entry = (epoch: number): LedgerPayload => ({
  v: 1,
  kind: 'key-disclosure',
  at: 1,
  session,
  epoch,
  key: new Uint8Array(32),
});

function stage(ledger: MemoryLedger, epoch: number): void {
  ledger.stage(entry(epoch), new Uint8Array(32).fill(epoch % 256));
}

const isWrite = (name: string): boolean =>
  ['assignIndexes', 'writeTile', 'swapHead', 'publish'].includes(name);
class Killed extends Error {}

/** Plays a process that dies before (`done` false) or after the n-th write took effect. */
function dyingAt(ledger: MemoryLedger, dieAt: number, done: boolean): SequencerStorage {
  let writes = 0;
  return new Proxy(ledger, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || typeof name !== 'string' || !isWrite(name)) return member;
      return async (...values: unknown[]): Promise<unknown> => {
        writes += 1;
        if (writes === dieAt && !done) throw new Killed();
        const result: unknown = await Reflect.apply(member, target, values);
        if (writes === dieAt) throw new Killed();
        return result;
      };
    },
  });
}

async function expectWhole(ledger: MemoryLedger, expected: number): Promise<void> {
  const head = verifyCheckpoint((await ledger.readHead()) ?? '', signer.verifier);
  expect(head.size).toBe(expected);
  expect(ledger.published?.note).toBe(head.note);
  expect(ledger.entries.map(({ index }) => index)).toEqual(Array.from({ length: expected }, (_, i) => i));
  expect(head.root).toEqual(merkleRootOf(ledger.entries.map(({ commitment }) => commitment)));
  expect(await openTree(ledger, expected).root()).toEqual(head.root);
}

describe('the memory store', () => {
  for (const { name, run } of SEQUENCER_STORAGE_CONTRACT) {
    it(name, async () => {
      const ledger = createMemoryLedger();
      let epoch = 0;
      await run({
        storage: ledger,
        stage: () => {
          const payload = ledger.stage(entry((epoch += 1)), new Uint8Array(32));
          return Promise.resolve(commitEntry(payload, new Uint8Array(32)));
        },
      });
      expect(ledger.entries.every(({ commitment }) => commitment.length === 32)).toBe(true);
    });
  }
});

describe('the sequencer', () => {
  it('signs the empty log first and then every batch', async () => {
    const ledger = createMemoryLedger();
    const { runOnce } = createSequencer({ storage: ledger, signer, clock, batchLimit: 2 });
    expect((await runOnce()).size).toBe(0);
    for (let i = 0; i < 5; i += 1) stage(ledger, i);
    expect([(await runOnce()).size, (await runOnce()).size, (await runOnce()).size]).toEqual([2, 4, 5]);
    await expectWhole(ledger, 5);
    const bytes = await ledger.readTile({ level: 'entries', index: 0, width: 5 });
    expect(decodeEntryTile(bytes ?? new Uint8Array(), 5)).toEqual(
      ledger.entries.map(({ commitment }) => commitment),
    );
  });

  it('loses nothing and does nothing twice, killed before or after any write', async () => {
    for (const done of [false, true]) {
      for (let dieAt = 1, alive = false; !alive; dieAt += 1) {
        const ledger = createMemoryLedger();
        const healthy = createSequencer({ storage: ledger, signer, clock });
        for (let i = 0; i < 254; i += 1) stage(ledger, i);
        await healthy.runOnce();
        for (let i = 0; i < 4; i += 1) stage(ledger, 254 + i);
        const dying = createSequencer({ storage: dyingAt(ledger, dieAt, done), signer, clock });
        alive = await dying.runOnce().then(
          () => true,
          (error: unknown) => {
            expect(error).toBeInstanceOf(Killed);
            return false;
          },
        );
        stage(ledger, 258);
        await healthy.runOnce();
        await healthy.runOnce();
        await expectWhole(ledger, 259);
        if (alive) expect(dieAt).toBeGreaterThan(5);
      }
    }
  });

  it('only ever publishes continuations, whatever dies when', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 9 }), fc.boolean()), {
          minLength: 1,
          maxLength: 12,
        }),
        async (rounds) => {
          const ledger = createMemoryLedger();
          const seen: VerifiedCheckpoint[] = [];
          for (const [added, dieAt, done] of rounds) {
            for (let i = 0; i < added; i += 1) stage(ledger, i);
            const { runOnce } = createSequencer({
              storage: dyingAt(ledger, dieAt, done),
              signer,
              clock,
              batchLimit: 3,
            });
            await runOnce().catch(() => null);
            if (ledger.published !== null) seen.push(ledger.published);
          }
          for (const [i, next] of seen.entries()) {
            const before = seen[i - 1] ?? next;
            const proof = await openTree(ledger, next.size).proveConsistency(before.size);
            verifyConsistency({
              first: before.size,
              second: next.size,
              firstRoot: before.root,
              secondRoot: next.root,
              proof,
            });
          }
          const total = rounds.reduce((sum, [added]) => sum + added, 0);
          const last = createSequencer({ storage: ledger, signer, clock });
          await last.runOnce();
          await last.runOnce();
          await expectWhole(ledger, total);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('stops when another sequencer moved the head', async () => {
    const ledger = createMemoryLedger();
    const { runOnce } = createSequencer({ storage: ledger, signer, clock });
    await runOnce();
    stage(ledger, 1);
    const racing = createSequencer({
      storage: { ...bind(ledger), swapHead: () => Promise.resolve(false) },
      signer,
      clock,
    });
    await expect(racing.runOnce()).rejects.toMatchObject({ code: 'ledger-raced' });
  });

  it('signs nothing when a stored tile was altered, lost, or the head is foreign', async () => {
    const ledger = createMemoryLedger();
    const { runOnce } = createSequencer({ storage: ledger, signer, clock });
    stage(ledger, 1);
    stage(ledger, 2);
    await runOnce();
    stage(ledger, 3);
    const head = await ledger.readHead();
    const altered = { ...bind(ledger), readTile: () => Promise.resolve(new Uint8Array(64).fill(1)) };
    await expect(createSequencer({ storage: altered, signer, clock }).runOnce()).rejects.toMatchObject({
      code: 'ledger-diverged',
    });
    const lost = { ...bind(ledger), readTile: () => Promise.resolve(null) };
    await expect(createSequencer({ storage: lost, signer, clock }).runOnce()).rejects.toMatchObject({
      code: 'tile-missing',
    });
    const thief = createNoteSigner(signer.verifier.name, new Uint8Array(32).fill(9));
    await expect(createSequencer({ storage: ledger, signer: thief, clock }).runOnce()).rejects.toMatchObject({
      code: 'note-unsigned',
    });
    expect(await ledger.readHead()).toBe(head);
  });
});

/** The store's own methods as plain functions, to change one of them. */
function bind(ledger: MemoryLedger): SequencerStorage {
  return {
    readTile: (tile) => ledger.readTile(tile),
    writeTile: (tile, bytes) => ledger.writeTile(tile, bytes),
    readHead: () => ledger.readHead(),
    readSequenced: (from, limit) => ledger.readSequenced(from, limit),
    assignIndexes: (from, limit) => ledger.assignIndexes(from, limit),
    swapHead: (expected, next) => ledger.swapHead(expected, next),
    publish: (checkpoint, signedAt) => ledger.publish(checkpoint, signedAt),
  };
}
