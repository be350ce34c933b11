import { LedgerError } from './errors.js';
import { EMPTY_ROOT, hashLeaf, hashNode, merkleRoot, type Hash } from './merkle.js';
import { proveConsistency, proveInclusion, rangeHash, type ReadNode } from './proof.js';
import {
  decodeEntryTile,
  decodeHashTile,
  encodeEntryTile,
  encodeHashTile,
  lastTile,
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
  let added: readonly Hash[] = entries.map(hashLeaf);
  for (let level = 0; added.length > 0; level += 1) {
    const { full, partial } = lastTile(level, size);
    const edge = partial === 0 ? [] : await readHashTile(read, { level, index: full, width: partial });
    const chunks = inTiles([...edge, ...added]);
    writes.push(...chunks.map((chunk, i) => write(level, full + i, chunk.length, encodeHashTile(chunk))));
    added = chunks.filter((chunk) => chunk.length === TILE_WIDTH).map(merkleRoot);
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

function createNodeReader(read: ReadTile, size: number): ReadNode {
  const cache = new Map<string, Promise<Hash[]>>();
  const tileOf = (level: number, index: number): Promise<Hash[]> => {
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
    return subtreeRoot(hashes.slice(first % TILE_WIDTH, (first % TILE_WIDTH) + width));
  };
}

function subtreeRoot(hashes: readonly Hash[]): Hash {
  const [only, second] = hashes;
  if (only === undefined) throw new LedgerError('tile-malformed', 'the tile is narrower than the tree needs');
  if (second === undefined) return only;
  const middle = hashes.length / 2;
  return hashNode(subtreeRoot(hashes.slice(0, middle)), subtreeRoot(hashes.slice(middle)));
}

async function readHashTile(read: ReadTile, tile: TileCoordinate): Promise<Hash[]> {
  return decodeHashTile(await readExisting(read, tile), tile.width);
}

async function readEntryTile(read: ReadTile, tile: TileCoordinate): Promise<Uint8Array[]> {
  return decodeEntryTile(await readExisting(read, tile), tile.width);
}

async function readExisting(read: ReadTile, tile: TileCoordinate): Promise<Uint8Array> {
  const bytes = await read(tile);
  if (bytes === null) throw new LedgerError('tile-missing', `the ledger storage lacks ${tilePath(tile)}`);
  return bytes;
}
