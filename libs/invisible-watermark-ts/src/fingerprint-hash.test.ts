import { expect, test } from 'vitest';
import { createDctHash, hashDistance, packBits } from './fingerprint-hash.js';

/** One hash bit per square: its only coefficient is the median itself, so that no bit stands out from another. */
const ONE_BIT = createDctHash(4, 1);

test('where all coefficients lie on the boundary every bit counts, and no distance is undefined', () => {
  const wave = Float64Array.from({ length: 16 }, (_, i) => 100 * Math.cos((Math.PI * (2 * (i % 4) + 1)) / 8));
  const slanted = wave.map((value, i) => value * Math.cos((Math.PI * (2 * (i >> 2) + 1)) / 8));
  const { bits, weights, total } = ONE_BIT.read(slanted, 0, 4);
  expect([...bits, ...weights, total]).toEqual([0, 1, 1]);
  expect(hashDistance({ bits, weights, total }, Uint8Array.of(0x80), 0)).toBe(1);
});

test('bits are packed with the most significant first', () => {
  const packed = new Uint8Array(3);
  const bits = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 1, 0, 1);
  packBits({ bits, weights: new Float64Array(10).fill(1), total: 10 }, packed, 1);
  expect([...packed]).toEqual([0, 0x81, 0x40]);
});
