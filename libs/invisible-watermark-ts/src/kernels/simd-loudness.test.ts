import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ScalarLoudness } from '../loudness-filter.js';
import { gaussian, randomNumbers } from '../testing/natural-scene.js';
import { requireSimd } from '../testing/require-simd.js';
import { SimdLoudness } from './simd-loudness.js';

test('residuals divided by their loudness are those of the oracle', () => {
  const side = fc.integer({ min: 4, max: 90 });
  const border = fc.integer({ min: 0, max: 12 });
  fc.assert(
    fc.property(
      side,
      side,
      border,
      border,
      fc.integer({ min: 1, max: 4 }),
      fc.nat(),
      (w, h, left, top, reach, seed) => {
        const random = randomNumbers(seed);
        const pitch = w + 2 * left;
        const part = { size: { width: w, height: h }, start: top * pitch + left, pitch };
        // quiet and loud halves
        const padded = Float32Array.from(
          { length: pitch * (h + 2 * top) },
          (_, i) => gaussian(random) * (i % pitch > pitch / 2 ? 40 : 0.02),
        );
        const [scalar, simd] = [new Float32Array(w * h).fill(1), new Float32Array(w * h).fill(1)];
        new ScalarLoudness(part, reach).add(padded, scalar);
        new SimdLoudness(requireSimd(), part, reach).add(padded, simd);
        expect(simd).toEqual(scalar);
      },
    ),
    { numRuns: 120 },
  );
});
