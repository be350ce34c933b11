import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverageOf as coverage, isWhole, sampledDetail } from './coverage.js';

describe('how much was looked at', () => {
  it('is everything in a picture and in a short clip, and then nothing needs saying', () => {
    expect(coverage([0], 1)).toEqual({ seconds: 1, read: 1, longestGap: 0 });
    expect(coverage([0, 1, 2], 2.4)).toEqual({ seconds: 3, read: 3, longestGap: 0 });
    expect([coverage([0], 1), coverage([0, 1, 2], 2.4)].every(isWhole)).toBe(true);
  });

  it('is the sampled seconds of a long recording, and the verdict says so', () => {
    const seen = coverage([0, 10, 20], 40);
    expect(seen).toEqual({ seconds: 40, read: 3, longestGap: 19 });
    expect(isWhole(seen)).toBe(false);
    expect(sampledDetail(seen)).toContain('3 of 40 seconds (7.5 %)');
    expect(sampledDetail(seen)).toContain('19 s in a row');
  });

  it('is everything although sound ends a little later, and not where a second is missing', () => {
    expect(isWhole(coverage([0, 1, 2], 3.3))).toBe(true);
    expect(isWhole(coverage([0, 1, 2], 3.31))).toBe(false);
    expect(isWhole(coverage([0, 2], 3))).toBe(false);
    expect(isWhole(coverage([0, 1], null))).toBe(true);
    expect(isWhole(coverage([], 2))).toBe(false);
  });

  it('never claims more than there is', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(500)),
        fc.option(fc.double({ min: 0, max: 500, noNaN: true })),
        (read, length) => {
          const sorted = read.toSorted((a, b) => a - b);
          const seen = coverage(sorted, length);
          expect(seen.read).toBe(sorted.length);
          expect(seen.read + seen.longestGap).toBeLessThanOrEqual(seen.seconds);
          expect(seen.longestGap > 0).toBe(seen.read < seen.seconds);
        },
      ),
    );
  });
});
