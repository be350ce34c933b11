import { encodeBase64 } from './bytes.js';
import type { VerifiedCheckpoint } from './checkpoint.js';
import { commitEntry, encodePayload } from './commitment.js';
import type { LedgerPayload } from './payload.js';
import type { SequencedEntry, SequencerStorage } from './sequencer.js';
import { cutTile, TILE_WIDTH, tilePath } from './tile.js';

/** A whole ledger store in memory, for tests and offline tools. Kept for the life of the object only. */
export interface MemoryLedger extends SequencerStorage {
  /** Stages an entry; the next sequencer run publishes it. @returns its payload bytes, as kept */
  stage(payload: LedgerPayload, salt: Uint8Array): Uint8Array;
  readonly published: VerifiedCheckpoint | null;
  readonly publishedAt: number | null;
  readonly entries: readonly SequencedEntry[];
}

export function createMemoryLedger(): MemoryLedger {
  const tiles = new Map<string, Uint8Array>();
  const staged: Uint8Array[] = [];
  const entries: SequencedEntry[] = [];
  let head: string | null = null;
  let published: VerifiedCheckpoint | null = null;
  let publishedAt: number | null = null;
  return {
    get published() {
      return published;
    },
    get publishedAt() {
      return publishedAt;
    },
    entries,
    stage(payload, salt) {
      const bytes = encodePayload(payload);
      staged.push(commitEntry(bytes, salt));
      return bytes;
    },
    readTile(tile) {
      const widest = tiles.get(tilePath({ ...tile, width: TILE_WIDTH }));
      return Promise.resolve(widest === undefined ? null : cutTile(tile, widest));
    },
    writeTile(tile, bytes) {
      tiles.set(tilePath({ ...tile, width: TILE_WIDTH }), bytes);
      return Promise.resolve();
    },
    readHead: () => Promise.resolve(head),
    readSequenced: (from, limit) =>
      Promise.resolve(entries.filter(({ index }) => index >= from).slice(0, limit)),
    assignIndexes(from, limit) {
      const batch = staged.splice(0, limit);
      entries.push(...batch.map((commitment, i) => ({ index: from + i, commitment })));
      return Promise.resolve(batch.length);
    },
    swapHead(expected, next) {
      if (head !== expected) return Promise.resolve(false);
      head = next;
      return Promise.resolve(true);
    },
    publish(checkpoint, signedAt) {
      if (published === null || encodeBase64(published.root) !== encodeBase64(checkpoint.root))
        publishedAt = signedAt;
      published = checkpoint;
      return Promise.resolve();
    },
  };
}
