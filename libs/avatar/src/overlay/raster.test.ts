import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rasterizeAttributes, sortFarToNear } from './raster.js';

const SQUARE = Uint16Array.of(0, 1, 2, 0, 2, 3);

describe('rasterizeAttributes', () => {
  it('fills two triangles of a square without crack, with a linear attribute exact', () => {
    const xs = Float32Array.of(1.3, 28.7, 26.1, 3.2);
    const ys = Float32Array.of(2.2, 1.1, 27.9, 29.4);
    const vertex = xs.map((x, i) => 3 * x - 2 * (ys[i] ?? 0) + 5);
    const out = new Float32Array(32 * 32).fill(-1e9);
    rasterizeAttributes({ width: 32, height: 32 }, SQUARE, xs, ys, [{ vertex, out }]);
    let inside = 0;
    for (let y = 4; y < 26; y++)
      for (let x = 4; x < 25; x++, inside++)
        expect(out[y * 32 + x]).toBeCloseTo(3 * (x + 0.5) - 2 * (y + 0.5) + 5, 2);
    expect(inside).toBeGreaterThan(400);
    expect(out[0]).toBe(-1e9);
    expect(out[31 * 32 + 31]).toBe(-1e9);
  });

  it('stays within the grid and the attribute range for any finite triangle', () => {
    const coordinate = fc.double({ min: -1e4, max: 1e4, noNaN: true });
    fc.assert(
      fc.property(fc.array(coordinate, { minLength: 6, maxLength: 6 }), (c) => {
        const guarded = new Float32Array(16 * 9 + 2).fill(-7);
        const out = guarded.subarray(1, 1 + 16 * 9);
        const xs = Float32Array.of(c[0] ?? 0, c[2] ?? 0, c[4] ?? 0);
        const ys = Float32Array.of(c[1] ?? 0, c[3] ?? 0, c[5] ?? 0);
        const vertex = Float32Array.of(0, 1, 2);
        rasterizeAttributes({ width: 16, height: 9 }, Uint16Array.of(0, 1, 2), xs, ys, [{ vertex, out }]);
        expect(guarded[0]).toBe(-7);
        expect(guarded.at(-1)).toBe(-7);
        expect(out.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('lets later triangles cover earlier ones, and sorts the nearest last', () => {
    const landmarks = Float32Array.of(0, 0, 5, 0, 0, 5, 0, 0, 5, 0, 0, -5, 0, 0, -5, 0, 0, -5);
    const triangles = Uint16Array.of(3, 4, 5, 0, 1, 2);
    const sorted = new Uint16Array(6);
    sortFarToNear(triangles, landmarks, new Uint16Array(2), new Float32Array(2), sorted);
    expect([...sorted]).toEqual([0, 1, 2, 3, 4, 5]);
    const xs = Float32Array.of(0, 20, 0, 0, 20, 0);
    const ys = Float32Array.of(0, 0, 20, 0, 0, 20);
    const out = new Float32Array(64);
    const vertex = Float32Array.of(1, 1, 1, 2, 2, 2);
    rasterizeAttributes({ width: 8, height: 8 }, sorted, xs, ys, [{ vertex, out }]);
    expect(out[0]).toBe(2);
  });
});
