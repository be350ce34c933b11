import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commitEntry } from './commitment.js';
import { hashLeaf, merkleRootOf } from './merkle.js';
import {
  cutTile,
  decodeEntryTile,
  encodeEntryTile,
  parseTilePath,
  requireHashTile,
  TILE_WIDTH,
  tileExists,
  tilePath,
  type TileCoordinate,
} from './tile.js';
import { openTree, planAppend, type TileStorage } from './tree.js';
import { verifyConsistency, verifyInclusion } from './proof.js';

const coordinate: fc.Arbitrary<TileCoordinate> = fc.record({
  level: fc.oneof(fc.constant('entries' as const), fc.integer({ min: 0, max: 63 })),
  index: fc.integer({ min: 0, max: 10 ** 15 }),
  width: fc.integer({ min: 1, max: TILE_WIDTH }),
});

/** Keeps each path apart, as an object store does: nothing is cut from a wider tile. */
function createPathStore(): TileStorage & { readonly paths: ReadonlyMap<string, Uint8Array> } {
  const paths = new Map<string, Uint8Array>();
  return {
    paths,
    readTile: (tile) => Promise.resolve(paths.get(tilePath(tile)) ?? null),
    writeTile: (tile, bytes) => {
      paths.set(tilePath(tile), bytes);
      return Promise.resolve();
    },
  };
}

const entryOf = (i: number): Uint8Array =>
  commitEntry(Uint8Array.of(i >> 8, i & 255), new Uint8Array(32).fill(i & 255));

describe('tile paths', () => {
  it('follow C2SP tlog-tiles', () => {
    expect(tilePath({ level: 0, index: 0, width: 256 })).toBe('tile/0/000');
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(tilePath({ level: 1, index: 255, width: 17 })).toBe('tile/1/255.p/17');
    expect(tilePath({ level: 'entries', index: 1000, width: 1 })).toBe('tile/entries/x001/000.p/1');
  });

  it('parse back to what they were made of', () => {
    fc.assert(
      fc.property(coordinate, (tile) => {
        expect(parseTilePath(tilePath(tile))).toEqual(tile);
      }),
    );
  });

  it('have one spelling each', () => {
    for (const path of [
      'tile/00/000',
      'tile/64/000',
      'tile/0/0',
      'tile/0/x000/001',
      'tile/0/x001/x234',
      'tile/0/000.p/0',
      'tile/0/000.p/256',
      'tile/0/000.p/007',
      'tile/entries/../checkpoint',
      'tile/-1/000',
      'tile/0/000/',
      `tile/0/${'x999/'.repeat(12)}000`,
    ]) {
      expect(() => parseTilePath(path), path).toThrow(/not a tile path/);
    }
  });

  it('never take hostile text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(tilePath(parseTilePath(text))).toBe(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'tile-path-malformed' });
        }
      }),
    );
  });
});

describe('tile contents', () => {
  it('read back, and are refused when cut or stretched', () => {
    const entries = [new Uint8Array(0), Uint8Array.of(1), new Uint8Array(65_535)];
    const bytes = encodeEntryTile(entries);
    expect(decodeEntryTile(bytes, 3)).toEqual(entries);
    for (const [changed, width] of [
      [bytes, 2],
      [bytes, 4],
      [bytes.slice(0, -1), 3],
      [bytes.slice(0, 3), 2],
    ] as const) {
      expect(() => decodeEntryTile(changed, width)).toThrow(/tile/);
    }
    expect(() => encodeEntryTile([new Uint8Array(65_536)])).toThrow(/65,535/);
    expect(() => requireHashTile(hashLeaf(new Uint8Array()), 2)).toThrow(/length/);
  });

  it('are cut from wider ones, never beyond their end', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 20 }), (entries) => {
        const wide = encodeEntryTile(entries);
        entries.forEach((_, i) => {
          const cut = cutTile({ level: 'entries', index: 0, width: i + 1 }, wide);
          expect(cut).toEqual(encodeEntryTile(entries.slice(0, i + 1)));
        });
        expect(cutTile({ level: 'entries', index: 0, width: entries.length + 1 }, wide)).toBeNull();
      }),
    );
  });
});

describe('the tree over tiles', () => {
  it('has the root of its entries at every size up to 300, appended one by one', async () => {
    const store = createPathStore();
    const entries: Uint8Array[] = [];
    for (let size = 0; size < 300; size += 1) {
      const plan = await planAppend(store, size, [entryOf(size)]);
      for (const { tile, bytes } of plan.writes) await store.writeTile(tile, bytes);
      entries.push(entryOf(size));
      expect(plan.root).toEqual(merkleRootOf(entries));
      expect(await openTree(store, plan.size).root()).toEqual(plan.root);
    }
  });

  it('grows alike whatever the batches, over several tile levels', async () => {
    const total = 256 * 256 + 300;
    const entries = Array.from({ length: total }, (_, i) => entryOf(i % 65_536));
    const store = createPathStore();
    let size = 0;
    for (const batch of [1, 255, 1, 511, 40_000, total]) {
      const added = entries.slice(size, size + batch);
      const plan = await planAppend(store, size, added);
      for (const { tile, bytes } of plan.writes) {
        expect(tileExists(tile, plan.size)).toBe(true);
        await store.writeTile(tile, bytes);
      }
      size = plan.size;
      expect(plan.root).toEqual(merkleRootOf(entries.slice(0, size)));
    }
    expect(store.paths.has('tile/2/000.p/1')).toBe(true);
    const tree = openTree(store, size);
    const root = await tree.root();
    for (const index of [0, 255, 256, 65_535, 65_536, size - 1]) {
      const proof = await tree.proveInclusion(index);
      verifyInclusion({ leafHash: hashLeaf(entries[index] ?? new Uint8Array()), index, size, proof, root });
    }
    const firstRoot = merkleRootOf(entries.slice(0, 768));
    verifyConsistency({
      first: 768,
      second: size,
      firstRoot,
      secondRoot: root,
      proof: await tree.proveConsistency(768),
    });
  });

  it('says which tile is missing and refuses to prove beyond its size', async () => {
    const store = createPathStore();
    await expect(openTree(store, 5).root()).rejects.toMatchObject({ code: 'tile-missing' });
    await expect(planAppend(store, 5, [entryOf(1)])).rejects.toMatchObject({ code: 'tile-missing' });
    expect(() => openTree(store, 5).proveInclusion(0, 6)).toThrow(/not that large/);
  });
});
