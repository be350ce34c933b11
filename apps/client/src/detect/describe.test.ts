import type { Outline } from 'invisible-watermark-ts';
import { describe, expect, it } from 'vitest';
import type { LocalDetection } from '../detect-locally.js';
import { describeDetection } from './describe.js';
import { timelineOf, type SeenPicture, type SeenSecond } from './timeline.js';

const box = (x: number, y: number, width: number, height: number): Outline => [
  { x, y },
  { x: x + width, y },
  { x: x + width, y: y + height },
  { x, y: y + height },
];
const seen = (session: number, region: Outline): SeenPicture => ({
  session,
  epochHint: 3,
  region,
  confidenceLog10: -30,
});

function detection(
  seconds: number,
  found: ReadonlyMap<number, readonly SeenPicture[]>,
  glanced: readonly number[] = [],
): LocalDetection {
  const read = new Map(
    [...found].map(([second, pictures]): [number, SeenSecond] => [
      second,
      { pictures, isGlance: glanced.includes(second) },
    ]),
  );
  return {
    marked: true,
    authorised: null,
    confidenceLog10: -30,
    technique: 'invisible-watermark-ts',
    session: 7,
    picture: { width: 1280, height: 720 },
    coverage: { seconds, read: read.size },
    timeline: timelineOf(read, 0, seconds),
  };
}

describe('a detection in words', () => {
  it('says where each marked picture lies', () => {
    const pictures = [seen(7, box(-2, -1, 1283, 722)), seen(42, box(640, 180, 640, 360))];
    expect(describeDetection(detection(1, new Map([[0, pictures]])))).toEqual([
      '  session 7: the whole picture',
      '  session 42: 640×360 pixels at 640, 180 of 1280×720',
    ]);
  });

  it('says when, how much was looked at, and how to look closer', () => {
    const whole = [seen(7, box(0, 0, 1280, 720))];
    const lines = describeDetection(
      detection(
        4000,
        new Map([
          [0, whole],
          [9, whole],
          [3700, []],
        ]),
      ),
    );
    expect(lines[1]).toBe('  0:00–0:09  marked, session 7 (2 s looked at)');
    expect(lines[2]).toBe('  1:01:40  no mark (1 s looked at)');
    expect(lines[3]).toContain('3 of 4000 seconds');
    expect(lines[3]).toContain('--from');
  });

  it('says where it only glanced, and how to have more looked at', () => {
    const found = new Map([
      [0, [seen(7, box(0, 0, 640, 360))]],
      [1, [seen(7, box(0, 0, 640, 360))]],
      [2, []],
    ]);
    const lines = describeDetection(detection(3, found, [1, 2]));
    expect(lines[1]).toBe('  0:00–0:01  marked, session 7 (2 s looked at, of these 1 s glanced at)');
    expect(lines[2]).toBe('  0:02  no mark (1 s looked at, of these 1 s glanced at)');
    expect(lines[3]).toContain('Glanced at 2 seconds');
    expect(lines[3]).toContain('--from');
  });

  it('leaves what is too much for a terminal to --json', () => {
    const alternating = new Map(
      Array.from({ length: 100 }, (_, i) => [i, i % 2 === 0 ? [seen(7, box(0, 0, 1280, 720))] : []] as const),
    );
    const lines = describeDetection(detection(100, alternating));
    expect(lines.length).toBeLessThan(50);
    expect(lines.at(-1)).toContain('60 more');
  });
});
