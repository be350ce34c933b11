import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ScalarBlender, type BlendShares } from '../camera/temporal-blend.js';
import { SimdBlender } from './simd-blender.js';
import { openSimd } from './simd-module.js';

const shares: fc.Arbitrary<BlendShares> = fc
  .record({
    least: fc.integer({ min: 0, max: 32_767 }),
    still: fc.integer({ min: 0, max: 4096 }),
    span: fc.integer({ min: 1, max: 4096 }),
  })
  .map(({ least, still, span }) => ({ least, still, span, slope: Math.floor((32_767 - least) / span) }));

it('gives the same values as the scalar code, picture after picture, whatever their size', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 70 }).chain((samples) =>
        fc.record({
          first: fc.uint8Array({ minLength: samples, maxLength: samples }),
          pictures: fc.array(fc.uint8Array({ minLength: samples, maxLength: samples }), { maxLength: 4 }),
          lumaEnd: fc.integer({ min: 0, max: samples }),
        }),
      ),
      shares,
      shares,
      ({ first, pictures, lumaEnd }, luma, chroma) => {
        const simd = openSimd();
        if (simd === null) throw new Error('no SIMD here');
        const blenders = [new ScalarBlender(first.length), new SimdBlender(simd, first.length)] as const;
        for (const { memory } of blenders) memory.set(Int16Array.from(first, (code) => code << 7));
        for (const picture of pictures) {
          const [expected, found] = blenders.map((blender) => {
            const data = picture.slice();
            blender.blend(data, lumaEnd, luma, chroma);
            return { data, memory: Array.from(blender.memory) };
          });
          expect(found).toEqual(expected);
        }
      },
    ),
    { numRuns: 300 },
  );
});
