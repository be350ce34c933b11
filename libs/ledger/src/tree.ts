import { concatBytes } from './bytes.js';
import { LedgerError } from './errors.js';
import { EMPTY_ROOT, HASH_BYTES, hashLeaf, hashNode, type Hash } from './merkle.js';
import { proveConsistency, proveInclusion, rangeHash, type ReadNode } from './proof.js';
import {
  decodeEntryTile,
  encodeEntryTile,
  lastTile,
  requireHashTile,
  TILE_HEIGHT,
  TILE_WIDTH,
  tilePath,
  type TileCoordinate,
  type TileLevel,
} from './tile.js';

/**
 * Where tiles are kept. A partial tile is the beginning of the wider one, so a store may keep the widest and cut.
 * Writing the same tile twice is allowed; it then has the same bytes.
 */
export interface TileStorage {
  readTile(tile: TileCoordinate): Promise<Uint8Array | null>;
  writeTile(tile: TileCoordinate, bytes: Uint8Array): Promise<void>;
}

export interface TileWrite {
  readonly tile: TileCoordinate;
  readonly bytes: Uint8Array;
}

/** The tiles and the root that a tree has after entries were appended. */
export interface AppendPlan {
  readonly size: number;
  readonly root: Hash;
  readonly writes: readonly TileWrite[];
}

type ReadTile = TileStorage['readTile'];

const TILE_BYTES = TILE_WIDTH * HASH_BYTES;
const NO_HASHES = new Uint8Array(0);

/** A tree of `size` leaves over stored tiles. Tiles are cached for the life of the object. */
export function openTree(storage: Pick<TileStorage, 'readTile'>, size: number) {
  const readNode = createNodeReader((tile) => storage.readTile(tile), size);
  return {
    size,
    root: (): Promise<Hash> => (size === 0 ? Promise.resolve(EMPTY_ROOT) : rangeHash(readNode, 0, size)),
    /** @throws LedgerError `proof-range`, `tile-missing`, `tile-malformed` */
    proveInclusion: (index: number, treeSize = size): Promise<Hash[]> =>
      proveInclusion(readNode, index, within(treeSize, size)),
    /** @throws LedgerError `proof-range`, `tile-missing`, `tile-malformed` */
    proveConsistency: (first: number, second = size): Promise<Hash[]> =>
      proveConsistency(readNode, first, within(second, size)),
  };
}

function within(treeSize: number, size: number): number {
  if (treeSize > size) throw new LedgerError('proof-range', 'the tree is not that large');
  return treeSize;
}

/**
 * Plans the append of log entries to a tree of `size` leaves: reads the right edge, writes nothing.
 * @throws LedgerError `tile-missing`, `tile-malformed`, `entry-too-large`
 */
export async function planAppend(
  storage: Pick<TileStorage, 'readTile'>,
  size: number,
  entries: readonly Uint8Array[],
): Promise<AppendPlan> {
  const read: ReadTile = (tile) => storage.readTile(tile);
  const newSize = size + entries.length;
  const writes = [...(await planEntryTiles(read, size, entries))];
  let added = concatBytes(...entries.map(hashLeaf));
  for (let level = 0; added.length > 0; level += 1) {
    const { full, partial } = lastTile(level, size);
    const edge = partial === 0 ? NO_HASHES : await readHashTile(read, { level, index: full, width: partial });
    const tiles = hashTiles(concatBytes(edge, added));
    writes.push(...tiles.map((bytes, i) => write(level, full + i, bytes.length / HASH_BYTES, bytes)));
    added = concatBytes(...tiles.filter((bytes) => bytes.length === TILE_BYTES).map(subtreeRoot));
  }
  const planned = new Map(writes.map(({ tile, bytes }) => [tilePath(tile), bytes]));
  const overlay: ReadTile = async (tile) => planned.get(tilePath(tile)) ?? read(tile);
  return { size: newSize, root: await openTree({ readTile: overlay }, newSize).root(), writes };
}

async function planEntryTiles(
  read: ReadTile,
  size: number,
  entries: readonly Uint8Array[],
): Promise<TileWrite[]> {
  if (entries.length === 0) return [];
  const { full, partial } = lastTile(0, size);
  const edge =
    partial === 0 ? [] : await readEntryTile(read, { level: 'entries', index: full, width: partial });
  return inTiles([...edge, ...entries]).map((chunk, i) =>
    write('entries', full + i, chunk.length, encodeEntryTile(chunk)),
  );
}

const write = (level: TileLevel, index: number, width: number, bytes: Uint8Array): TileWrite => ({
  tile: { level, index, width },
  bytes,
});

function inTiles<T>(values: readonly T[]): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < values.length; at += TILE_WIDTH) chunks.push(values.slice(at, at + TILE_WIDTH));
  return chunks;
}

function hashTiles(hashes: Uint8Array): Uint8Array[] {
  const tiles: Uint8Array[] = [];
  for (let at = 0; at < hashes.length; at += TILE_BYTES) tiles.push(hashes.slice(at, at + TILE_BYTES));
  return tiles;
}

function createNodeReader(read: ReadTile, size: number): ReadNode {
  const cache = new Map<string, Promise<Uint8Array>>();
  const tileOf = (level: number, index: number): Promise<Uint8Array> => {
    const { full, partial } = lastTile(level, size);
    const tile = { level, index, width: index < full ? TILE_WIDTH : partial };
    const path = tilePath(tile);
    const cached = cache.get(path) ?? readHashTile(read, tile);
    cache.set(path, cached);
    return cached;
  };
  return async (level, index) => {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const width = 2 ** (level % TILE_HEIGHT);
    const first = index * width;
    const hashes = await tileOf(tileLevel, Math.floor(first / TILE_WIDTH));
    const at = (first % TILE_WIDTH) * HASH_BYTES;
    const end = at + width * HASH_BYTES;
    if (end > hashes.length) {
      throw new LedgerError('tile-malformed', 'the tile is narrower than the tree needs');
    }
    return subtreeRoot(hashes.slice(at, end));
  };
}

/** @param hashes one after the other, a power of two of them: bytes, not objects, as the sequencer reads hundreds at a time */
function subtreeRoot(hashes: Uint8Array): Hash {
  if (hashes.length === HASH_BYTES) return hashes;
  const middle = hashes.length / 2;
  return hashNode(subtreeRoot(hashes.subarray(0, middle)), subtreeRoot(hashes.subarray(middle)));
}

async function readHashTile(read: ReadTile, tile: TileCoordinate): Promise<Uint8Array> {
  return requireHashTile(await readExisting(read, tile), tile.width);
}

async function readEntryTile(read: ReadTile, tile: TileCoordinate): Promise<Uint8Array[]> {
  return decodeEntryTile(await readExisting(read, tile), tile.width);
}

async function readExisting(read: ReadTile, tile: TileCoordinate): Promise<Uint8Array> {
  const bytes = await read(tile);
  if (bytes === null) throw new LedgerError('tile-missing', `the ledger storage lacks ${tilePath(tile)}`);
  return bytes;
}
