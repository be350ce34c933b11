import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resizePlan } from '../axis-plan.js';
import { ScalarResizer } from '../resizer.js';
import { randomNumbers } from '../testing/natural-scene.js';
import { requireSimd } from '../testing/require-simd.js';
import { SimdResizer } from './simd-resizer.js';

test('resized samples are those of the oracle, from bytes and from floats, smaller and larger', () => {
  const side = fc.integer({ min: 3, max: 150 });
  fc.assert(
    fc.property(
      side,
      side,
      side,
      side,
      fc.nat(9),
      fc.boolean(),
      fc.nat(),
      (w, h, u, v, padding, isFloat, seed) => {
        const random = randomNumbers(seed);
        const stride = w + padding;
        const bytes = Uint8Array.from({ length: stride * h }, () => 256 * random());
        const luma = isFloat ? Float32Array.from(bytes, (value) => value * 1.37) : bytes;
        const plans = [resizePlan(w, u), resizePlan(h, v)] as const;
        const [scalar, simd] = [new Float32Array(u * v).fill(3), new Float32Array(u * v).fill(3)];
        const sizes = [
          { width: w, height: h },
          { width: u, height: v },
        ] as const;
        new ScalarResizer(...sizes, ...plans).add({ luma, stride }, 1 / 7, scalar);
        new SimdResizer(requireSimd(), ...sizes, ...plans).add({ luma, stride }, 1 / 7, simd);
        expect(simd).toEqual(scalar);
      },
    ),
    { numRuns: 150 },
  );
});
