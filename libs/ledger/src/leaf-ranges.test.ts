import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areLeafRanges, leafSetOf, toLeafRanges } from './leaf-ranges.js';

const places = fc.array(fc.nat(60), { maxLength: 40 });

describe('ranges of leaves', () => {
  it('hold exactly the places they were made of, in one way only', () => {
    fc.assert(
      fc.property(places, (indexes) => {
        const ranges = toLeafRanges(indexes);
        const set = leafSetOf([ranges]);
        for (let index = -1; index <= 61; index += 1) expect(set.has(index)).toBe(indexes.includes(index));
        expect(areLeafRanges(ranges)).toBe(true);
      }),
    );
  });

  it('hold the places of several lists together, however they lie across each other', () => {
    fc.assert(
      fc.property(fc.array(places, { maxLength: 5 }), (lists) => {
        const set = leafSetOf(lists.map(toLeafRanges));
        for (let index = -1; index <= 61; index += 1)
          expect(set.has(index)).toBe(lists.some((list) => list.includes(index)));
      }),
    );
  });

  it.each([
    [[[3, 2]]],
    [
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      [
        [5, 6],
        [1, 2],
      ],
    ],
    [
      [
        [1, 4],
        [2, 8],
      ],
    ],
  ] as const)('are refused where they could be told otherwise: %j', (ranges) => {
    expect(areLeafRanges(ranges)).toBe(false);
  });
});
