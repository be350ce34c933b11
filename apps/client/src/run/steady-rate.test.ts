import { createI420 } from '@guise/frame';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { steadyRate } from './steady-rate.js';

const RATE = 30;

/** Writes pictures whose luma is their number, at these times. @returns the numbers in the output */
async function writeAt(times: readonly number[]) {
  const written: number[] = [];
  const sink = steadyRate(
    {
      write: ({ data }) => Promise.resolve(void written.push(data[0] ?? -1)),
      finish: () => Promise.resolve(),
      abort: () => Promise.resolve(),
    },
    RATE,
  );
  for (const [number, timeMs] of times.entries()) await sink.write(createI420(2, 2, number), timeMs);
  return { written, counts: sink.counts };
}

describe('a steady rate', () => {
  it('leaves punctual pictures as they are, and those that are nearly', async () => {
    const times = [0, 33, 67, 100, 138, 160, 200, 240];
    expect((await writeAt(times)).written).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('begins with the first picture, whenever it comes', async () => {
    expect((await writeAt([2_000, 2_033, 2_100])).written).toEqual([0, 1, 2, 2]);
  });

  it('fills a gap with the picture after it, never with one that is no longer shown', async () => {
    expect((await writeAt([0, 33, 200])).written).toEqual([0, 1, 2, 2, 2, 2, 2]);
  });

  it('leaves out what comes for a place that is taken', async () => {
    const { written, counts } = await writeAt([0, 33, 500, 480, 450, 533]);
    expect(written.filter((number) => number === 3 || number === 4)).toEqual([]);
    expect(written.at(-1)).toBe(5);
    expect(counts.late).toBe(2);
  });

  it('keeps the time of every picture, whatever the times', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 60 }), async (unsorted) => {
        const times = [...unsorted].sort((a, b) => a - b);
        const { written, counts } = await writeAt(times);
        const [first, last] = [times.at(0), times.at(-1)];
        if (first !== undefined && last !== undefined)
          expect(Math.abs(written.length - 1 - ((last - first) * RATE) / 1000)).toBeLessThan(1);
        expect(written).toEqual([...written].sort((a, b) => a - b));
        expect(counts.written).toBe(written.length);
        expect(new Set(written).size + counts.late).toBe(times.length);
      }),
    );
  });
});
