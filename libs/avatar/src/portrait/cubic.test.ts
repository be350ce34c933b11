import { expect, it } from 'vitest';
import { sampleCubic } from './cubic.js';

const SIDE = 32;
// Grain of a single sample's size.
const grain = Float32Array.from({ length: SIDE * SIDE }, (_, i) => 100 + 20 * Math.sin(i * i * 12.9898));

/** Mean deviation from the grain's mean, sampled so far beside the pixel centres. */
function contrastAt(offset: number): number {
  const values = Array.from({ length: 20 }, (_, k) => k + 6).flatMap((y) =>
    Array.from({ length: 20 }, (_, k) => sampleCubic(grain, SIDE, SIDE, k + 6.5 + offset, y + 0.5)),
  );
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

it('shows fine texture nearly alike wherever between the pixels it falls', () => {
  expect(contrastAt(0.5) / contrastAt(0)).toBeGreaterThan(0.68);
});

it('keeps slopes as they are', () => {
  const slope = Float32Array.from({ length: SIDE * SIDE }, (_, i) => (i % SIDE) * 3);
  for (const x of [8.5, 9.1, 10.77])
    expect(sampleCubic(slope, SIDE, SIDE, x, 12.3)).toBeCloseTo((x - 0.5) * 3, 4);
});
