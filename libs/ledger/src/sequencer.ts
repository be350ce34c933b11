import { equalBytes } from './bytes.js';
import { signCheckpoint, verifyCheckpoint, type VerifiedCheckpoint } from './checkpoint.js';
import { LedgerError } from './errors.js';
import { EMPTY_ROOT } from './merkle.js';
import type { NoteSigner } from './note.js';
import { openTree, planAppend, type TileStorage } from './tree.js';

/** An entry that has its place in the log, published or not. */
export interface SequencedEntry {
  readonly index: number;
  /** The log entry: the 32-byte commitment of payload and salt. */
  readonly commitment: Uint8Array;
}

/**
 * What the sequencer needs of storage. Every method is durable when it returns and is one atomic step; the sequencer
 * may be killed between any two of them.
 */
export interface SequencerStorage extends TileStorage {
  /** The newest signed checkpoint; null before the first. */
  readHead(): Promise<string | null>;
  /** Entries that have an index ≥ `from`, in order of index, without gaps. At most `limit`. */
  readSequenced(from: number, limit: number): Promise<readonly SequencedEntry[]>;
  /** Gives staged entries the indexes `from`, `from`+1, … in staging order. At most `limit`. Returns how many. */
  assignIndexes(from: number, limit: number): Promise<number>;
  /** Replaces the head if it still is `expected`; false when another sequencer was faster. */
  swapHead(expected: string | null, next: string): Promise<boolean>;
  /** Makes a checkpoint public. May be told the same checkpoint again after a crash. */
  publish(checkpoint: VerifiedCheckpoint, signedAt: number): Promise<void>;
}

export interface SequencerPorts {
  readonly storage: SequencerStorage;
  /** The log's key; its name is the log's origin. */
  readonly signer: NoteSigner;
  /** Unix seconds. */
  readonly clock: () => number;
  /** Entries per checkpoint; 1–65,536. */
  readonly batchLimit?: number;
}

export interface Sequencer {
  /** Finishes what an earlier run left, then appends one batch. @returns the published checkpoint */
  readonly runOnce: () => Promise<VerifiedCheckpoint>;
}

const DEFAULT_BATCH_LIMIT = 4096;

/**
 * The only writer of the log. Order of a batch, each step repeatable after a crash:
 * indexes assigned → tiles written → checkpoint swapped → published.
 * Nothing is signed that does not continue the stored checkpoint.
 */
export function createSequencer(ports: SequencerPorts): Sequencer {
  const { storage, signer, clock, batchLimit = DEFAULT_BATCH_LIMIT } = ports;

  const runOnce = async (): Promise<VerifiedCheckpoint> => {
    const head = await readOrCreateHead();
    await requireTilesMatch(storage, head);
    const batch = await takeBatch(head.size);
    if (batch.length === 0) {
      await storage.publish(head, clock());
      return head;
    }
    const next = await append(head, batch);
    await storage.publish(next, clock());
    return next;
  };

  const readOrCreateHead = async (): Promise<VerifiedCheckpoint> => {
    const note = await storage.readHead();
    return note === null
      ? swap(null, { size: 0, root: EMPTY_ROOT })
      : verifyCheckpoint(note, signer.verifier);
  };

  /** What was assigned before a crash comes first: its indexes are promised. */
  const takeBatch = async (size: number): Promise<readonly SequencedEntry[]> => {
    const waiting = await storage.readSequenced(size, batchLimit);
    if (waiting.length > 0) return waiting;
    if ((await storage.assignIndexes(size, batchLimit)) === 0) return [];
    return storage.readSequenced(size, batchLimit);
  };

  const append = async (
    head: VerifiedCheckpoint,
    batch: readonly SequencedEntry[],
  ): Promise<VerifiedCheckpoint> => {
    if (batch.some((entry, i) => entry.index !== head.size + i)) {
      throw new LedgerError('ledger-diverged', 'the sequenced entries do not continue the checkpoint');
    }
    const commitments = batch.map((entry) => entry.commitment);
    const plan = await planAppend(storage, head.size, commitments);
    for (const { tile, bytes } of plan.writes) await storage.writeTile(tile, bytes);
    return swap(head.note, plan);
  };

  const swap = async (
    expected: string | null,
    { size, root }: { readonly size: number; readonly root: Uint8Array },
  ): Promise<VerifiedCheckpoint> => {
    const note = await signCheckpoint({ origin: signer.verifier.name, size, root }, signer);
    if (!(await storage.swapHead(expected, note))) {
      throw new LedgerError('ledger-raced', 'another sequencer moved the checkpoint: only one may run');
    }
    return verifyCheckpoint(note, signer.verifier);
  };

  return { runOnce };
}

/** A lost or altered tile must stop the log before it signs a tree that is not its own. */
async function requireTilesMatch(storage: TileStorage, head: VerifiedCheckpoint): Promise<void> {
  if (!equalBytes(await openTree(storage, head.size).root(), head.root)) {
    throw new LedgerError(
      'ledger-diverged',
      'the stored tiles do not match the signed checkpoint: restore the storage',
    );
  }
}
