import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { homographyResidual } from './homography.js';
import { agreeOnIdentity } from './identity-agreement.js';
import { median, quantile, spread } from './statistics.js';

const number = (limit: number): fc.Arbitrary<number> => fc.double({ min: -limit, max: limit, noNaN: true });
const GRID = Float64Array.from(
  { length: 60 },
  (_, i) => (i % 2 === 0 ? (i / 2) % 6 : Math.floor(i / 12)) * 40,
);

describe('homographyResidual', () => {
  it('is nothing for any movement of a plane before a camera', () => {
    fc.assert(
      fc.property(number(0.8), number(0.8), number(300), number(5e-4), number(5e-4), (a, b, shift, g, h) => {
        const to = GRID.slice();
        for (let i = 0; i < GRID.length; i += 2) {
          const [x, y] = [GRID[i] ?? 0, GRID[i + 1] ?? 0];
          const w = g * x + h * y + 1;
          to[i] = ((1.5 + a) * x + b * y + shift) / w;
          to[i + 1] = (-b * x + (1.5 - a) * y - shift) / w;
        }
        expect(homographyResidual({ from: GRID, to })).toBeLessThan(1e-3);
      }),
    );
  });

  it('is as large as the part that no plane explains', () => {
    const to = GRID.map((value, i) => value + (i % 4 === 0 ? 3 : i % 4 === 2 ? -3 : 0));
    expect(homographyResidual({ from: GRID, to })).toBeGreaterThan(2);
  });

  it('is unknown when the points are one', () => {
    const one = new Float64Array(60).fill(7);
    expect(homographyResidual({ from: one, to: GRID })).toBeUndefined();
  });
});

describe('agreeOnIdentity', () => {
  const unit = (index: number): Float32Array =>
    Float32Array.from({ length: 8 }, (_, i) => (i === index ? 1 : 0));

  it('measures against the sample most like all others, not the first', () => {
    const { lowestSimilarity, medianSimilarity } = agreeOnIdentity([
      unit(0),
      unit(1),
      unit(1),
      unit(1),
      unit(1),
    ]);
    expect(lowestSimilarity).toBe(0);
    expect(medianSimilarity).toBe(1);
  });

  it('agrees on nothing with fewer than two samples', () => {
    expect(agreeOnIdentity([unit(0)])).toEqual({ lowestSimilarity: 0, medianSimilarity: 0 });
    expect(agreeOnIdentity([])).toEqual({ lowestSimilarity: 0, medianSimilarity: 0 });
  });
});

describe('statistics', () => {
  it('lie within the values', () => {
    fc.assert(
      fc.property(
        fc.array(number(1000), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, p) => {
          expect(values).toContain(quantile(values, p));
          expect(values).toContain(median(values));
          expect(spread(values)).toBeLessThanOrEqual(Math.max(...values) - Math.min(...values));
        },
      ),
    );
  });
});
