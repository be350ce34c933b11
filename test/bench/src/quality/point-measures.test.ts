import { expect, it } from 'vitest';
import { mouthOf, lidsOf, pointError } from './point-measures.js';
import { fitSimilarity, type Point } from './similarity.js';

/** Outer corners of the eyes 100 pixels apart, everything else around them; the inner lips `gap` apart. */
function face(gap: number, lid = 8): Float32Array {
  const points = new Float32Array(136);
  for (let i = 0; i < 68; i++) points.set([50 + 20 * Math.cos(i), 60 + 20 * Math.sin(i)], 2 * i);
  const put = (i: number, x: number, y: number): void => {
    points.set([x, y], 2 * i);
  };
  [36, 39, 42, 45].forEach((i, k) => {
    put(i, [0, 30, 70, 100][k] ?? 0, 0);
  });
  for (const [upper, lower] of [
    [37, 41],
    [38, 40],
    [43, 47],
    [44, 46],
  ] as const) {
    put(upper, 15, -lid / 2);
    put(lower, 15, lid / 2);
  }
  put(60, 30, 80);
  put(64, 70, 80);
  put(62, 50, 80 - gap / 2);
  put(66, 50, 80 + gap / 2);
  return points;
}

it('reads mouths and lids', () => {
  expect(mouthOf(face(10))).toBeCloseTo(0.25);
  expect(lidsOf(face(0, 9))).toBeCloseTo(0.3);
});

it('compares movements, not proportions, wherever and however large the faces are', () => {
  const gaps = [0, 0, 0, 12, 20, 0, 0];
  const wearer = gaps.map((gap) => face(gap));
  const elsewhere = gaps.map((gap) => face(gap).map((value) => 2 * value + 300));
  expect(pointError(wearer, elsewhere)).toBeLessThan(1e-6);
  const still = gaps.map(() => face(0));
  // Two points of 51 are off by half the gap: on average so much of the distance between the eyes.
  expect(pointError(wearer, still)).toBeCloseTo(((12 + 20) / 7 / 100 / 51) * 1, 5);
});

it('finds the similarity between two sets of points', () => {
  const from: readonly Point[] = [
    [0, 0],
    [10, 0],
    [0, 10],
  ];
  const to = from.map(([x, y]): Point => [2 * -y + 5, 2 * x - 3]);
  const { a, b, tx, ty } = fitSimilarity(from, to);
  [a, b, tx, ty].forEach((value, i) => {
    expect(value).toBeCloseTo([0, 2, 5, -3][i] ?? NaN);
  });
});
