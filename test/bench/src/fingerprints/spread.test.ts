import { expect, test } from 'vitest';
import { fitNormal, spreadOf } from './spread.js';

test('a spread tells ends, middle and hundredths', () => {
  expect(spreadOf([])).toBeNull();
  const hundred = Array.from({ length: 101 }, (_, i) => 100 - i);
  expect(spreadOf(hundred)).toEqual({ n: 101, min: 0, p1: 1, median: 50, p99: 99, max: 100 });
});

test('the fitted tail is that of the normal distribution', () => {
  // Two values lie one deviation from their mean: the threshold is z deviations below it.
  const at = (z: number) => fitNormal([99, 101], 100 - z)?.log10FalseMatch;
  expect(fitNormal([5], 0)).toBeNull();
  expect(at(4.7534)).toBeCloseTo(-6, 1);
  expect(at(5.9978)).toBeCloseTo(-9, 1);
  expect(at(10)).toBeCloseTo(-23.12, 1);
  expect(fitNormal([99, 101], 99)).toMatchObject({ pairs: 2, mean: 100, deviation: 1, min: 99, below: 1 });
  // Too near to claim anything.
  expect(at(1)).toBe(0);
});
