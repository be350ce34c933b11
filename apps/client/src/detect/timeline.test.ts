import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockOf, parseClock, runsOf, timelineOf, type SeenPicture } from './timeline.js';

const corner = { x: 0, y: 0 };
const seen = (session: number): SeenPicture => ({
  session,
  epochHint: null,
  region: [corner, corner, corner, corner],
  confidenceLog10: -20,
});

describe('timeline of a detection', () => {
  it('claims nothing of seconds that were not looked at', () => {
    const timeline = timelineOf(
      new Map([
        [2, { pictures: [seen(7)], isGlance: false }],
        [4, { pictures: [], isGlance: true }],
      ]),
      1,
      7,
    );
    expect(timeline.map(({ state }) => state)).toEqual([
      'unread',
      'read',
      'between',
      'glanced',
      'unread',
      'unread',
    ]);
    expect(timeline[2]).toEqual({ second: 3, state: 'between' });
    expect(timelineOf(new Map(), 0, 2).map(({ state }) => state)).toEqual(['unread', 'unread']);
  });

  it('has every second once, and runs over exactly those looked at', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.nat(60), fc.subarray([1, 2, 3]), fc.boolean()), {
          selector: ([at]) => at,
        }),
        (reads) => {
          const timeline = timelineOf(
            new Map(
              reads.map(([at, sessions, isGlance]) => [at, { pictures: sessions.map(seen), isGlance }]),
            ),
            0,
            61,
          );
          expect(timeline.map(({ second }) => second)).toEqual(Array.from({ length: 61 }, (_, i) => i));
          const runs = runsOf(timeline);
          expect(runs.reduce((sum, { read }) => sum + read, 0)).toBe(reads.length);
          const glances = reads.filter(([, , isGlance]) => isGlance).length;
          expect(runs.reduce((sum, { glanced }) => sum + glanced, 0)).toBe(glances);
          runs.forEach(({ fromSecond, toSecond, sessions }, i) => {
            expect(fromSecond).toBeLessThanOrEqual(toSecond);
            expect(sessions).not.toEqual(runs[i + 1]?.sessions);
          });
        },
      ),
    );
  });
});

describe('times', () => {
  it.each([
    ['95', 95],
    ['1:35', 95],
    ['1:00:05', 3605],
    ['90:00', 5400],
    ['0:00.5', 0.5],
    ['', null],
    ['1:', null],
    ['-5', null],
    ['1e9', null],
  ])('%s is %s', (text, seconds) => {
    expect(parseClock(text)).toBe(seconds);
  });

  it('are written so that they are read again', () => {
    fc.assert(
      fc.property(fc.nat(400_000), (second) => {
        expect(parseClock(clockOf(second))).toBe(second);
      }),
    );
  });
});
