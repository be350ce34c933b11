import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RgbImage } from '@guise/frame';
import fc from 'fast-check';
import { Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureModels } from '../../../../tools/models/src/testing.js';
import { openModelRegistry, type ModelRegistry } from '../registry/index.js';
import { openPictureEnlarger, type PictureEnlarger } from './picture-enlarger.js';
import { tilesOf } from './tiles.js';

let ready: Awaited<ReturnType<typeof ensureModels>>;
let registry: ModelRegistry;
let enlarger: PictureEnlarger;
beforeAll(async () => {
  ready = await ensureModels();
  registry = await openModelRegistry({ manifestPath: ready.manifestPath, cacheDir: ready.modelsDir });
  enlarger = await openPictureEnlarger(registry);
});
afterAll(() => enlarger.close());

/** Soft colours with edges in them, so that every part of the network has something to do. */
function picture(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++)
        data[(y * width + x) * 3 + c] =
          120 + 60 * Math.sin(x / 7 + c) + 40 * Math.cos((x + 2 * y) / 11) + (((x >> 4) + (y >> 4)) % 2) * 25;
  return { width, height, data };
}

describe('tiles', () => {
  it('cover every pixel exactly once and never need more than the network takes', () => {
    const size = fc.integer({ min: 1, max: 300 });
    fc.assert(
      fc.property(size, size, fc.integer({ min: 0, max: 12 }), (width, height, margin) => {
        const covered = new Uint8Array(width * height);
        for (const tile of tilesOf(width, height, { side: 64, margin })) {
          expect(Math.max(tile.width, tile.height) + 2 * margin).toBeLessThanOrEqual(64);
          for (let y = tile.y; y < tile.y + tile.height; y++)
            for (let x = tile.x; x < tile.x + tile.width; x++)
              covered[y * width + x] = (covered[y * width + x] ?? 0) + 1;
        }
        expect(covered.every((count) => count === 1)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the enlarger', () => {
  it('joins tiles without a seam: where one ends, the picture is what the network makes of its surroundings', async () => {
    const whole = picture(240, 120);
    const { width, data } = await enlarger.enlarge(whole);
    // A window of its own around the seam at column 108, with more surroundings than any tile has there.
    const session = await registry.session('picture-enlargement');
    const left = 44;
    const input = Float32Array.from({ length: 128 * 128 * 3 }, (_, i) => {
      const [y, x] = [Math.min(119, Math.floor(i / 384)), left + Math.floor((i % 384) / 3)];
      return whole.data[(y * 240 + x) * 3 + (i % 3)] ?? NaN;
    });
    const { SR } = await session.run({ LR: new Tensor('float32', input, [1, 128, 128, 3]) });
    await session.release();
    let worst = 0;
    for (let y = 40; y < 160; y++)
      for (let x = 2 * 98; x < 2 * 118; x++)
        for (let c = 0; c < 3; c++) {
          const found = data[(y * width + x) * 3 + c] ?? NaN;
          const expected = Number(SR?.data[(y * 256 + x - 2 * left) * 3 + c] ?? NaN);
          worst = Math.max(worst, Math.abs(found - Math.max(0, Math.min(255, expected))));
        }
    expect(worst).toBeLessThanOrEqual(0.501);
  });

  it('keeps colours and places: reduced again, the picture is the one it was', async () => {
    const before = picture(70, 50);
    const seen: (readonly [number, number])[] = [];
    const after = await enlarger.enlarge(before, (done, of) => seen.push([done, of]));
    expect(after).toMatchObject({ width: 140, height: 100 });
    expect(seen).toEqual([[1, 1]]);
    const errors = Array.from(before.data, (value, i) => {
      const [y, x, c] = [Math.floor(i / 210), Math.floor((i % 210) / 3), i % 3];
      const at = (dx: number, dy: number): number =>
        after.data[((2 * y + dy) * 140 + 2 * x + dx) * 3 + c] ?? NaN;
      return (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4 - value;
    });
    const mean = errors.reduce((total, error) => total + error, 0) / errors.length;
    const spread = Math.sqrt(errors.reduce((total, error) => total + error ** 2, 0) / errors.length);
    expect(Math.abs(mean)).toBeLessThan(0.5);
    expect(spread).toBeLessThan(3);
  });

  it('takes the smallest picture, and refuses one that would grow too large or is none', async () => {
    expect(await enlarger.enlarge(picture(1, 1))).toMatchObject({ width: 2, height: 2 });
    for (const bad of [
      { width: 4097, height: 1, data: new Uint8Array(4097 * 3) },
      { width: 2, height: 2, data: new Uint8Array(3) },
      { width: 0, height: 0, data: new Uint8Array() },
    ])
      await expect(enlarger.enlarge(bad)).rejects.toMatchObject({ code: 'bad-frame' });
  });

  it('says what to do where its model is missing', async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), 'guise-enlarger-'));
    try {
      const empty = await openModelRegistry({ manifestPath: ready.manifestPath, cacheDir });
      await expect(openPictureEnlarger(empty)).rejects.toMatchObject({ code: 'model-missing' });
      await expect(openPictureEnlarger(empty)).rejects.toThrow('npm run models');
    } finally {
      await rm(cacheDir, { recursive: true, force: true });
    }
  });
});
