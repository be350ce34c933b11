import { expect, it } from 'vitest';
import { deltaE2000, labOf } from './colour-difference.js';
import { correlation, countBlinks, median } from './series.js';

it('knows blinks that are followed from those that are not', () => {
  const wearer = [1, 1, 0.2, 0.1, 1, 1, 1, 0.3, 1, 1, 1, 1];
  const avatar = [1, 1, 1, 0.2, 0.3, 1, 1, 1, 1, 1, 1, 1];
  expect(countBlinks(wearer, avatar)).toEqual({ seen: 2, followed: 1 });
  expect(countBlinks(wearer, wearer)).toEqual({ seen: 2, followed: 2 });
});

it('correlates and takes medians', () => {
  expect(correlation([1, 2, 3, 4], [10, 20, 30, 40])).toBeCloseTo(1);
  expect(correlation([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1);
  expect(median([5, 1, 3])).toBe(3);
});

// Pairs 1, 7 and 25 of the test data of Sharma, Wu and Dalal (2005), table 1.
it.each([
  [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
  [[50, 0, 0], [50, -1, 2], 2.3669],
  [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
] as const)('measures colour differences as published', (a, b, expected) => {
  expect(deltaE2000(a, b)).toBeCloseTo(expected, 3);
});

it('knows white and a grey', () => {
  const [l, a, b] = labOf([255, 255, 255]);
  expect(l).toBeCloseTo(100, 2);
  expect(Math.hypot(a, b)).toBeLessThan(0.02);
  expect(labOf([119, 119, 119])[0]).toBeCloseTo(50, 0);
});
