import fc from 'fast-check';
import { expect, test } from 'vitest';
import { polarInformationSet } from '../polar.js';
import { ScalarPolarListDecoder } from '../polar-list-scalar.js';
import { gaussian, randomNumbers } from '../testing/natural-scene.js';
import { requireSimd } from '../testing/require-simd.js';
import { SimdPolarListDecoder } from './simd-polar-list.js';

test('the candidates and their order are those of the oracle, from clean words to pure noise and ties', () => {
  const simd = requireSimd();
  fc.assert(
    fc.property(
      fc.constantFrom(8, 64, 512),
      fc.constantFrom(1, 2, 7, 16, 32),
      fc.constantFrom(0, 0.3, 1),
      fc.constantFrom(0.01, 1, 8),
      fc.nat(),
      (length, listSize, signal, resolution, seed) => {
        const random = randomNumbers(seed);
        const set = polarInformationSet(length, Math.ceil((72 * length) / 512));
        // few distinct values make equal metrics: their order counts, too
        const llr = Float32Array.from(
          { length },
          () => Math.round((signal + gaussian(random)) / resolution) * resolution,
        );
        const expected = new ScalarPolarListDecoder(length, set, listSize).decode(llr);
        const decoder = new SimdPolarListDecoder(simd, length, set, listSize);
        expect(decoder.decode(llr)).toEqual(expected);
        expect(decoder.decode(llr)).toEqual(expected);
      },
    ),
    { numRuns: 150 },
  );
});
