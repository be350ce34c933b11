import { concatBytes } from './bytes.js';
import { LedgerError } from './errors.js';
import { HASH_BYTES } from './merkle.js';

/** C2SP tlog-tiles: a tile is 8 levels high, so up to 256 hashes wide. */
export const TILE_HEIGHT = 8;
export const TILE_WIDTH = 256;

/** Tile level 0 holds leaf hashes, level n the roots of full tiles of level n−1; `entries` holds the log entries. */
export type TileLevel = number | 'entries';

/** `width` is 1–256; below 256 the tile is partial: the beginning of the tile that will be full one day. */
export interface TileCoordinate {
  readonly level: TileLevel;
  readonly index: number;
  readonly width: number;
}

/** Path of a tile below the log's prefix, e.g. `tile/0/x001/234.p/8` or `tile/entries/067`. */
export function tilePath(tile: TileCoordinate): string {
  const digits = String(tile.index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? [];
  const index = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
  const partial = tile.width < TILE_WIDTH ? `.p/${String(tile.width)}` : '';
  return `tile/${String(tile.level)}/${index}${partial}`;
}

const TILE_PATH = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/**
 * The one coordinate whose {@link tilePath} is exactly `path`.
 * @throws LedgerError `tile-path-malformed`
 */
export function parseTilePath(path: string): TileCoordinate {
  const match = path.length <= 64 ? TILE_PATH.exec(path) : null;
  if (match === null) throw malformedPath();
  const [, level = '', index = '', width] = match;
  const tile: TileCoordinate = {
    level: level === 'entries' ? level : Number(level),
    index: Number(index.replaceAll(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  if (tilePath(tile) !== path || (tile.level !== 'entries' && tile.level > 63)) throw malformedPath();
  return tile;
}

const malformedPath = (): LedgerError =>
  new LedgerError('tile-path-malformed', 'not a tile path: expected e.g. tile/0/x001/234.p/8');

/** The tiles of a level that a tree of `size` leaves needs: full ones before, then at most one partial. */
export function lastTile(level: number, size: number): { readonly full: number; readonly partial: number } {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  return { full: Math.floor(hashes / TILE_WIDTH), partial: hashes % TILE_WIDTH };
}

/** Whether a tree of `size` leaves has all hashes (or entries) of this tile. */
export function tileExists(tile: TileCoordinate, size: number): boolean {
  const level = tile.level === 'entries' ? 0 : tile.level;
  return tile.index * TILE_WIDTH + tile.width <= Math.floor(size / TILE_WIDTH ** level);
}

/** A hash tile is its hashes one after the other. @throws LedgerError `tile-malformed` unless there are exactly `width` */
export function requireHashTile(bytes: Uint8Array, width: number): Uint8Array {
  if (bytes.length !== width * HASH_BYTES) throw malformedTile('has the wrong length');
  return bytes;
}

/** Entry bundle: each entry behind its length as a big-endian uint16. */
export function encodeEntryTile(entries: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    ...entries.flatMap((entry) => {
      if (entry.length > 0xffff)
        throw new LedgerError('entry-too-large', 'a log entry has at most 65,535 bytes');
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
    }),
  );
}

/** @throws LedgerError `tile-malformed` unless the tile holds exactly `width` entries */
export function decodeEntryTile(bytes: Uint8Array, width: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length && entries.length <= width) {
    const [high, low] = bytes.subarray(at, at + 2);
    if (high === undefined || low === undefined) throw malformedTile('ends inside a length');
    const end = at + 2 + high * 256 + low;
    if (end > bytes.length) throw malformedTile('ends inside an entry');
    entries.push(bytes.slice(at + 2, end));
    at = end;
  }
  if (entries.length !== width) throw malformedTile('holds the wrong number of entries');
  return entries;
}

/**
 * Cuts the tile of this width from a stored one that is at least as wide: a narrower tile is its beginning.
 * @returns null when the stored tile is narrower
 */
export function cutTile(tile: TileCoordinate, stored: Uint8Array): Uint8Array | null {
  if (tile.level !== 'entries') {
    const end = tile.width * HASH_BYTES;
    return stored.length < end ? null : stored.slice(0, end);
  }
  let end = 0;
  for (let entry = 0; entry < tile.width; entry += 1) {
    const [high, low] = stored.subarray(end, end + 2);
    if (high === undefined || low === undefined) return null;
    end += 2 + high * 256 + low;
  }
  return stored.length < end ? null : stored.slice(0, end);
}

const malformedTile = (why: string): LedgerError => new LedgerError('tile-malformed', `the tile ${why}`);
