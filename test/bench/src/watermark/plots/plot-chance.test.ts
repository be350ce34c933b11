import { expect, test } from 'vitest';
import { Counter } from '../false-positives/histogram.js';
import { EPOCH_TAG_MIN_Z } from 'invisible-watermark-ts';
import { gaussianTail, leastAccepted, plotChance, tailBoundLog10 } from './plot-chance.js';

test('the Gaussian tail is that of the tables', () => {
  expect(gaussianTail(0)).toBeCloseTo(0.5, 4);
  expect(gaussianTail(1.96)).toBeCloseTo(0.025, 4);
  expect(Math.log10(gaussianTail(5.2))).toBeCloseTo(-7, 1);
});

test('the bound on an epoch tag is what it is said to be', () => {
  expect(tailBoundLog10(EPOCH_TAG_MIN_Z)).toBeCloseTo(-7, 1);
  expect(tailBoundLog10(0)).toBe(0);
  expect(tailBoundLog10(12, 2 ** 56)).toBeCloseTo(tailBoundLog10(12) + 56 * Math.log10(2), 6);
});

test('a codeword has to be clearer than a pilot to be accepted alone: it is one of 2^44', () => {
  const pilot = leastAccepted((pilotZ) => ({ pilotZ, payloadZ: 0 }));
  const payload = leastAccepted((payloadZ) => ({ pilotZ: 0, payloadZ }));
  expect(pilot).toBeGreaterThan(6);
  expect(payload).toBeGreaterThan(pilot + 2);
});

test('every statistic has a panel with its trials', () => {
  const counted = (...values: number[]) => {
    const counter = new Counter();
    for (const value of values) counter.add(value);
    return counter.histogram();
  };
  const drawn = plotChance({
    pilotZ: counted(1, 2),
    clearestZ: counted(5, 6.5, 7),
    surprise: counted(0),
    tagZ: counted(-1, 0, 1, 2, 3.25),
  });
  for (const note of ['2 trials, largest 2.0', '3 trials, largest 7.0', '1 trials', '5 trials, largest 3.3'])
    expect(drawn).toContain(note);
  expect(drawn).not.toContain('NaN');
});
