import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverageOf, sampledReason } from './coverage.js';
import type { SecondReading } from './media-analyst.js';

const at = (second: number): SecondReading => ({
  second,
  session: null,
  confidenceLog10: null,
  epoch: null,
  epochTagZ: null,
  pictures: [],
  trace: null,
});
const coverage = (seconds: readonly number[], materialSeconds: number | null) =>
  coverageOf({ seconds: seconds.map(at), materialSeconds });

describe('how much was looked at', () => {
  it('is everything in a picture and in a short clip, and then nothing needs saying', () => {
    expect(coverage([0], 1)).toEqual({ seconds: 1, read: 1, longestGap: 0 });
    expect(coverage([0, 1, 2], 2.4)).toEqual({ seconds: 3, read: 3, longestGap: 0 });
    expect(sampledReason(coverage([0, 1, 2], 2.4))).toEqual([]);
  });

  it('is the sampled seconds of a long recording, and the verdict says so', () => {
    const seen = coverage([0, 10, 20], 40);
    expect(seen).toEqual({ seconds: 40, read: 3, longestGap: 19 });
    const [reason] = sampledReason(seen);
    expect(reason?.code).toBe('sampled');
    expect(reason?.message).toContain('3 of 40 seconds');
    expect(reason?.message).toContain('19 s in a row');
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
