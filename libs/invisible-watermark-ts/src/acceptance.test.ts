import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  falsePositiveLog10,
  isAccepted,
  isOneSessions,
  MAX_FIXED,
  MAX_GEOMETRIES,
  signSumTailLog10,
} from './acceptance.js';
import { fixedMaps } from './search-space.js';

/** P(Σ aᵢεᵢ ≥ z) for Σ aᵢ² = 1, by trying all signs. */
function exactTail(weights: readonly number[], z: number): number {
  const length = Math.hypot(...weights);
  let reached = 0;
  for (let signs = 0; signs < 2 ** weights.length; signs++) {
    const sum = weights.reduce((total, a, i) => total + ((signs >> i) & 1 ? -a : a), 0) / length;
    if (sum >= z - 1e-12) reached++;
  }
  return reached / 2 ** weights.length;
}

test('no weights make a sum of signs reach z more often than the bound says', () => {
  const weight = fc.double({ min: 0.01, max: 1, noNaN: true });
  const weights = fc.array(weight, { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(weights, fc.double({ min: 0, max: 3.2, noNaN: true }), (a, z) => {
      expect(Math.log10(exactTail(a, z))).toBeLessThanOrEqual(signSumTailLog10(z));
    }),
  );
  // two equal signs reach √2 once in four times, more often than Q(√2) = 0.0786
  expect(exactTail([1, 1], Math.SQRT2)).toBe(0.25);
  expect(signSumTailLog10(Math.SQRT2)).toBeGreaterThanOrEqual(Math.log10(0.25));
});

test('a fixed geometry needs less of the codeword when its pilot is there, one that was sought needs all', () => {
  const reading = { payloadZ: 9.2, pilotZ: 5.2, geometries: 1, fixedPlace: 1 };
  expect(isAccepted(falsePositiveLog10(reading))).toBe(true);
  expect(isAccepted(falsePositiveLog10({ ...reading, pilotZ: 2 }))).toBe(false);
  expect(isAccepted(falsePositiveLog10({ ...reading, fixedPlace: null }))).toBe(false);
  expect(isAccepted(falsePositiveLog10({ ...reading, fixedPlace: null, payloadZ: 9.9, pilotZ: 12 }))).toBe(
    false,
  );
  expect(isAccepted(falsePositiveLog10({ ...reading, fixedPlace: null, payloadZ: 10.2, pilotZ: 0 }))).toBe(
    true,
  );
});

test('a geometry that came late in a call is judged more strictly, in step with how many there were', () => {
  const bound = (geometries: number) =>
    falsePositiveLog10({ payloadZ: 11, pilotZ: 6, geometries, fixedPlace: null });
  expect(bound(100) - bound(1)).toBeCloseTo(2);
  const harmonic = (count: number) =>
    Array.from({ length: count }, (_, k) => 1 / (k + 1)).reduce((sum, share) => sum + share);
  // all geometries of a call, and the fixed ones whose order the pilot may choose: together at most what one bound promises
  expect(harmonic(MAX_GEOMETRIES) + harmonic(MAX_FIXED)).toBeLessThan(12);
});

test('a fixed geometry counts by its place when it was read early', () => {
  const bound = (geometries: number, fixedPlace: number) =>
    falsePositiveLog10({ payloadZ: 11, pilotZ: 6, geometries, fixedPlace });
  expect(bound(2, 20)).toBe(bound(20, 2));
  expect(bound(2, 20)).toBeGreaterThan(bound(2, 2));
});

test.each([
  [1280, 720],
  [640, 480],
  [720, 1280],
  [3840, 2160],
  [1000, 1000],
])('frames of %i×%i have no more fixed geometries than the bound counts on', (width, height) => {
  expect(fixedMaps({ width, height }).length).toBeLessThanOrEqual(MAX_FIXED);
});

test('what two sessions blended into one picture read as is no session’s', () => {
  expect(isOneSessions(0.85 * 60, 60)).toBe(false);
  expect(isOneSessions(1.8 * 60, 60)).toBe(true);
  expect(isOneSessions(9.5, 8)).toBe(true);
  expect(isOneSessions(0, 8)).toBe(false);
});
