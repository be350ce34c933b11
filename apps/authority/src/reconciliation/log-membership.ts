import {
  HASH_BYTES,
  hashNode,
  LedgerError,
  merkleRoot,
  openTree,
  TILE_WIDTH,
  verifyInclusion,
  type Hash,
  type VerifiedCheckpoint,
} from '@guise/ledger';
import type { LedgerStore } from '@guise/persistence';

/** Whether the signed tree has this leaf in this place. */
export type IsInLog = (leafHash: Hash, leafIndex: number) => Promise<boolean>;

/** Leaves of full tiles are kept once verified: 64 MiB, two million of them. */
const MOST_TILES = 8_192;
/** Levels of nodes within a tile. */
const TILE_HEIGHT = Math.log2(TILE_WIDTH);

/**
 * Looks leaves up below one signed checkpoint. A full tile is verified as a whole, by one proof of its first leaf and the root of
 * all its leaves; each of the 256 is then a comparison. A leaf of the last, partial tile is proved by itself.
 */
export function createLogMembership(
  store: Pick<LedgerStore, 'readTile'>,
  { size, root }: VerifiedCheckpoint,
): IsInLog {
  const edge = openTree(store, size);
  const tiles = new Map<number, Promise<Uint8Array | null>>();

  const tileOf = (index: number): Promise<Uint8Array | null> => {
    const known = tiles.get(index);
    if (known !== undefined) return known;
    const [oldest] = tiles.keys();
    if (oldest !== undefined && tiles.size >= MOST_TILES) tiles.delete(oldest);
    const read = unlessRefused(() => readVerified(index));
    tiles.set(index, read);
    return read;
  };

  /** @throws LedgerError `tile-missing`, `tile-malformed`, `proof-inclusion` */
  async function readVerified(index: number): Promise<Uint8Array | null> {
    const bytes = await store.readTile({ level: 0, index, width: TILE_WIDTH });
    if (bytes?.length !== TILE_WIDTH * HASH_BYTES) return null;
    const first = index * TILE_WIDTH;
    const leaves = leavesOf(bytes);
    const [leafHash] = leaves;
    if (leafHash === undefined) return null;
    // Not by `edge`: it keeps every tile that it reads.
    const proof = await openTree(store, size).proveInclusion(first);
    verifyInclusion({ leafHash, index: first, size, proof, root });
    const proved = proof.slice(0, TILE_HEIGHT).reduce((left, right) => hashNode(left, right), leafHash);
    return isSame(merkleRoot(leaves), proved) ? bytes : null;
  }

  return async (leafHash, leafIndex) => {
    const index = Math.floor(leafIndex / TILE_WIDTH);
    if ((index + 1) * TILE_WIDTH > size) {
      const verified = await unlessRefused(async () => {
        const proof = await edge.proveInclusion(leafIndex);
        verifyInclusion({ leafHash, index: leafIndex, size, proof, root });
        return true;
      });
      return verified === true;
    }
    const tile = await tileOf(index);
    const at = (leafIndex % TILE_WIDTH) * HASH_BYTES;
    return tile !== null && isSame(tile.subarray(at, at + HASH_BYTES), leafHash);
  };
}

function leavesOf(tile: Uint8Array): readonly Hash[] {
  return Array.from({ length: TILE_WIDTH }, (_, i) => tile.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}

const isSame = (a: Hash, b: Hash): boolean => Buffer.from(a.buffer, a.byteOffset, a.length).equals(b);

/** @returns null where the log itself does not hold */
async function unlessRefused<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    return null;
  }
}
