import fc from 'fast-check';
import { expect, test } from 'vitest';
import { complexArray } from '../fft.js';
import { ScalarFft2d } from '../fft2d-scalar.js';
import { gaussian, randomNumbers } from '../testing/natural-scene.js';
import { SimdFft2d } from './simd-fft2d.js';
import { requireSimd } from '../testing/require-simd.js';

const SIDES = [8, 10, 12, 16, 18, 20, 24, 30, 36, 50, 60, 64, 90, 180, 320];

test('the SIMD transform gives the bits of the oracle, there and back', () => {
  const side = fc.constantFrom(...SIDES);
  fc.assert(
    fc.property(side, side, fc.nat(), (width, height, seed) => {
      const random = randomNumbers(seed);
      const samples = Float32Array.from({ length: width * height }, () => 100 * gaussian(random));
      const rows = height / 2 + 1;
      const [scalar, simd] = [complexArray(width * rows), complexArray(width * rows)];
      const [oracle, kernel] = [new ScalarFft2d(width, height), new SimdFft2d(requireSimd(), width, height)];
      oracle.forward(samples, scalar);
      kernel.forward(samples, simd);
      expect(simd).toEqual(scalar);
      const usedRows = 1 + Math.floor(random() * rows);
      for (const { re, im } of [scalar, simd]) for (const part of [re, im]) part.fill(0, usedRows * width);
      const [back, again] = [samples.slice(), samples.slice()];
      oracle.inverse(scalar, back, usedRows);
      kernel.inverse(simd, again, usedRows);
      expect(again).toEqual(back);
    }),
    { numRuns: 60 },
  );
});
