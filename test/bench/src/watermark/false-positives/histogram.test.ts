import { expect, test } from 'vitest';
import { Counter, mergeHistograms, survival, totalOf } from './histogram.js';

const counted = (...values: number[]) => {
  const counter = new Counter();
  for (const value of values) counter.add(value);
  return counter.histogram();
};
const shareFrom = (histogram: ReturnType<typeof counted>, from: number) =>
  survival(histogram).find(({ value }) => Math.abs(value - from) < 1e-6)?.share;

test('survival is the share at or above an edge', () => {
  const histogram = counted(-1, 0, 0.3, 2);
  expect(shareFrom(histogram, -2)).toBe(1);
  expect(shareFrom(histogram, 0)).toBe(0.75);
  expect(shareFrom(histogram, 0.3)).toBe(0.5);
  expect(shareFrom(histogram, 0.4)).toBe(0.25);
  expect(shareFrom(histogram, 2.1)).toBe(0);
});

test('what lies beyond the steps is counted, and the largest kept', () => {
  const histogram = mergeHistograms([counted(1000), counted(-1000, 5)]);
  expect(histogram.largest).toBe(1000);
  expect(totalOf(histogram)).toBe(3);
  expect(shareFrom(histogram, 15.9)).toBeCloseTo(1 / 3);
  expect(shareFrom(histogram, -8)).toBe(1);
});

test('a largest value of zero is the same after a way through JSON', () => {
  const histogram = counted(-3, -0);
  expect(JSON.parse(JSON.stringify(histogram))).toEqual(histogram);
});
