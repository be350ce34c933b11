import { hashLeaf, openTree, planAppend, tilePath, type TileCoordinate } from '@guise/ledger';
import { describe, expect, it } from 'vitest';
import { createLogMembership } from './log-membership.js';

const leaf = (i: number) => hashLeaf(Buffer.from(`entry ${String(i)}`));

/** A tree of so many entries, its tiles as a store keeps them: the widest of each. */
async function treeOf(size: number) {
  const tiles = new Map<string, Uint8Array>();
  const key = ({ level, index }: TileCoordinate) => tilePath({ level, index, width: 256 });
  const entries = Array.from({ length: size }, (_, i) => Buffer.from(`entry ${String(i)}`));
  const { root, writes } = await planAppend({ readTile: () => Promise.resolve(null) }, 0, entries);
  for (const { tile, bytes } of writes) tiles.set(key(tile), bytes);
  const store = {
    readTile: (tile: TileCoordinate) =>
      Promise.resolve(tiles.get(key(tile))?.slice(0, tile.width * 32) ?? null),
  };
  expect(await openTree(store, size).root()).toEqual(root);
  const checkpoint = { origin: 'test', size, root } as unknown as Parameters<typeof createLogMembership>[1];
  return { tiles, store, checkpoint };
}

describe('the membership of the log', () => {
  it.each([1, 255, 256, 257, 600, 66_000])(
    'has every leaf of %i in its place, and none elsewhere',
    async (size) => {
      const { store, checkpoint } = await treeOf(size);
      const isInLog = createLogMembership(store, checkpoint);
      const step = size > 1000 ? 997 : 1;
      for (let i = 0; i < size; i += step) {
        expect(await isInLog(leaf(i), i)).toBe(true);
        expect(await isInLog(leaf(i + 1), i)).toBe(false);
      }
    },
  );

  it.each([0, 100, 255])('believes no leaf of a tile that was changed at %i', async (at) => {
    const { tiles, store, checkpoint } = await treeOf(600);
    const bytes = new Uint8Array(tiles.get('tile/0/001') ?? []);
    bytes.set(leaf(9999), at * 32);
    tiles.set('tile/0/001', bytes);
    const isInLog = createLogMembership(store, checkpoint);
    expect(await isInLog(leaf(9999), 256 + at)).toBe(false);
    expect(await isInLog(leaf(300), 300)).toBe(false);
    expect(await isInLog(leaf(3), 3)).toBe(true);
  });

  it('believes no tile that is gone', async () => {
    const { tiles, store, checkpoint } = await treeOf(600);
    tiles.delete('tile/0/000');
    const isInLog = createLogMembership(store, checkpoint);
    expect(await isInLog(leaf(3), 3)).toBe(false);
  });
});
