import { i420Bytes, type I420Frame } from '@guise/frame';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Affine } from '../patch/affine.js';
import { scalarCutter } from '../patch/patch-cutter.js';
import type { PatchFormat } from '../patch/patch.js';
import { SimdCutter } from './simd-cutter.js';
import { openSimd } from './simd-module.js';

function requireSimd() {
  const simd = openSimd();
  if (simd === null) throw new Error('this platform runs no WebAssembly SIMD: the kernel cannot be compared');
  return simd;
}

/** Reproducible noise: neighbours as different as can be. */
function noiseFrame(width: number, height: number, seed: number): I420Frame {
  let state = seed >>> 0;
  const data = Uint8Array.from({ length: i420Bytes(width, height) }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  return { width, height, data };
}

const formats: fc.Arbitrary<PatchFormat> = fc.record({
  width: fc.integer({ min: 1, max: 8 }).map((n) => 4 * n),
  height: fc.integer({ min: 1, max: 20 }),
  order: fc.constantFrom('rgb' as const, 'bgr' as const),
  layout: fc.constantFrom('interleaved' as const, 'planar' as const),
  scale: fc.constantFrom(1, 1 / 255, 1 / 127.5),
  offset: fc.constantFrom(0, -1),
  outside: fc.constantFrom('black' as const, 'edge' as const),
});

/** Maps that turn, mirror, enlarge and shrink, some of them reaching far beyond the frame. */
const maps: fc.Arbitrary<Affine> = fc
  .tuple(
    fc.constantFrom(0.2, 1, 4, 9, 300),
    fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }),
  )
  .map(([scale, [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0]]) => ({
    ...{ a: a * scale, b: b * scale, c: c * 60 },
    ...{ d: d * scale, e: e * scale, f: f * 60 },
  }));

test('the SIMD kernel cuts the values of the oracle: any size, map, format and picture', () => {
  const cutter = new SimdCutter(requireSimd());
  const side = fc.integer({ min: 1, max: 90 });
  fc.assert(
    fc.property(formats, maps, side, side, fc.nat(), (format, map, width, height, seed) => {
      const frame = noiseFrame(width, height, seed);
      const values = 3 * format.width * format.height;
      const [simd, scalar] = [new Float32Array(values).fill(7), new Float32Array(values).fill(9)];
      cutter.cut(frame, map, format, simd);
      scalarCutter.cut(frame, map, format, scalar);
      expect(simd).toEqual(scalar);
    }),
    { numRuns: 600 },
  );
});

test('what lies further out than the kernel counts is cut all the same', () => {
  const cutter = new SimdCutter(requireSimd());
  const frame = noiseFrame(32, 32, 3);
  const [a, b] = [new Float32Array(192), new Float32Array(192)];
  const format = { width: 8, height: 8, order: 'rgb', layout: 'interleaved', scale: 1, offset: 0 } as const;
  const far = { a: 1, b: 0, c: 4e6, d: 0, e: 1, f: -4e6 };
  cutter.cut(frame, far, { ...format, outside: 'edge' }, a);
  scalarCutter.cut(frame, far, { ...format, outside: 'edge' }, b);
  expect(a).toEqual(b);
  expect(new Set(a).size).toBe(3);
  cutter.cut(frame, far, { ...format, outside: 'black' }, a);
  expect(Math.max(...a)).toBe(0);
});
