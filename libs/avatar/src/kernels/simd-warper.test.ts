import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ScalarPersonWarper, type WarpMaterial } from '../portrait/person-warper.js';
import { openSimd } from './simd-module.js';
import { SimdPersonWarper } from './simd-warper.js';

/** Reproducible numbers in [0, 1) (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function requireSimd() {
  const simd = openSimd();
  if (simd === null) throw new Error('this platform runs no WebAssembly SIMD: the kernel cannot be compared');
  return simd;
}

/** Random pictures and triangles; `wild` ones reach far beyond the picture, and some are slivers. */
function material(width: number, height: number, random: () => number, wild: number): WarpMaterial {
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => Math.floor(256 * random()));
  // As masks are: much of it nothing or everything.
  const shares = (length: number): Uint8Array =>
    Uint8Array.from({ length }, () => Math.max(0, Math.min(255, Math.floor(600 * random()) - 170)));
  const luma = width * height;
  const planes = () => ({ y: bytes(luma), u: bytes(luma / 4), v: bytes(luma / 4) });
  const count = 40;
  const place = (side: number): Float32Array =>
    Float32Array.from({ length: count }, () => side * (random() * (1 + 2 * wild) - wild));
  const corners = (): Uint16Array => Uint16Array.from({ length: 60 }, () => Math.floor(count * random()));
  return {
    layers: {
      ...{ width, height, person: planes(), background: planes(), whole: planes() },
      ...{ alpha: shares(luma), alphaHalf: shares(luma / 4) },
    },
    mesh: { xs: place(width), ys: place(height) },
    ...{ base: bytes((luma * 3) / 2), solid: corners(), mixed: corners() },
  };
}

test('the SIMD warp draws the bytes of the oracle: any picture, any triangles, beyond the border and slivers too', () => {
  const side = fc.integer({ min: 8, max: 60 }).map((n) => 2 * n);
  fc.assert(
    fc.property(side, side, fc.nat(), fc.constantFrom(0, 0.5, 20), (width, height, seed, wild) => {
      const random = randomNumbers(seed);
      const given = material(width, height, random, wild);
      const moved = (from: Float32Array): Float32Array => from.map((value) => value + 8 * (random() - 0.5));
      // Two corners in one place but for a hair: steps of millions of samples a pixel.
      const [xs, ys] = [moved(given.mesh.xs), moved(given.mesh.ys)];
      const [a = 0, b = 0] = given.solid;
      xs[b] = (xs[a] ?? 0) + 1e-4;
      ys[b] = ys[a] ?? 0;
      const [scalar, simd] = [new Uint8Array(given.base.length), new Uint8Array(given.base.length).fill(7)];
      new ScalarPersonWarper(given).draw(xs, ys, scalar);
      new SimdPersonWarper(requireSimd(), given).draw(xs, ys, simd);
      expect(Buffer.compare(simd, scalar)).toBe(0);
      expect(Buffer.compare(simd, given.base)).not.toBe(0);
    }),
    { numRuns: 150 },
  );
});
