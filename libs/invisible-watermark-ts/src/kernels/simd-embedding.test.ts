import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ScalarMarkAdder } from '../add-mark.js';
import { ScalarFieldSampler } from '../field-sampler.js';
import { coverGeometry } from '../geometry.js';
import { GRID_HEIGHT, GRID_WIDTH, planSampling } from '../sampling.js';
import { ScalarStrengthMap } from '../strength-map.js';
import { gaussian, randomNumbers } from '../testing/natural-scene.js';
import { requireSimd } from '../testing/require-simd.js';
import type { Size } from '../types.js';
import { SimdFieldSampler } from './simd-field-sampler.js';
import { SimdMarkAdder } from './simd-mark-adder.js';
import { SimdStrengthMap } from './simd-strength-map.js';

const simd = requireSimd();
const side = (least: number, most: number) => fc.integer({ min: least / 2, max: most / 2 }).map((n) => 2 * n);
const frameCase = {
  width: side(60, 300),
  height: side(40, 200),
  padding: fc.nat(37),
  /** Bytes after the plane, as chroma would be. */
  more: fc.nat(5000),
  block: fc.integer({ min: 1, max: 13 }),
  contrast: fc.integer({ min: 0, max: 200 }),
  seed: fc.nat(),
};

/** Steps, ramps and noise: flat, busy, black and white areas in one plane. */
function randomPlane(length: number, stride: number, contrast: number, random: () => number): Uint8Array {
  const level = Array.from({ length: 64 }, () => 255 * random());
  return Uint8Array.from({ length }, (_, i) => {
    const [x, y] = [i % stride, Math.floor(i / stride)];
    const area = level[(x >> 5) + 8 * ((y >> 5) % 8)] ?? 128;
    const value = area + contrast * (random() - 0.5) * ((x >> 4) % 2);
    return Math.max(0, Math.min(255, Math.round(value)));
  });
}

test('the strength of every pixel and its energy are those of the oracle', () => {
  fc.assert(
    fc.property(fc.record(frameCase), ({ width, height, padding, more, block, contrast, seed }) => {
      const stride = width + padding;
      const luma = randomPlane(stride * height + more, stride, contrast, randomNumbers(seed));
      const oracle = new ScalarStrengthMap({ width, height }, block);
      const kernel = new SimdStrengthMap(simd, { width, height }, block);
      oracle.update(luma, stride);
      kernel.update(luma, stride);
      expect(kernel.strength).toEqual(oracle.strength);
      expect(kernel.energy).toBe(oracle.energy);
      expect(kernel.energy).toBeGreaterThan(1);
    }),
    { numRuns: 40 },
  );
});

test('the marked bytes and the energy are those of the oracle, for any strength, field and gain', () => {
  fc.assert(
    fc.property(fc.record(frameCase), fc.double({ min: 0.05, max: 0.5, noNaN: true }), (input, gain) => {
      const { width, height, padding, more, block, contrast, seed } = input;
      const random = randomNumbers(seed);
      const stride = width + padding;
      const luma = randomPlane(stride * height + more, stride, contrast, random);
      const map = { ...randomMap({ width, height }, block, random), energy: 1, update: () => undefined };
      const field = Int8Array.from({ length: width * height }, () => Math.floor(255 * random()) - 127);
      const [scalar, vector] = [luma.slice(), luma.slice()];
      const oracle = new ScalarMarkAdder({ width, height }, map);
      const kernel = new SimdMarkAdder(simd, { width, height }, map);
      const energy = oracle.add(scalar, stride, field, gain);
      expect(kernel.add(vector, stride, field, gain)).toBe(energy);
      expect(vector).toEqual(scalar);
      expect(energy).toBeGreaterThan(0);
    }),
    { numRuns: 40 },
  );
});

function randomMap({ width, height }: Size, block: number, random: () => number) {
  const rows = Math.ceil(height / block);
  return {
    block,
    rows,
    strength: Int16Array.from({ length: rows * width }, () => 1 + Math.floor(20_480 * random())),
  };
}

test('the blend of two fields is that of the oracle', () => {
  const map = { ...randomMap({ width: 62, height: 34 }, 4, () => 0), energy: 1, update: () => undefined };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 32_767 }), fc.nat(), (weight, seed) => {
      const random = randomNumbers(seed);
      const draw = () => Int8Array.from({ length: 62 * 34 }, () => Math.floor(255 * random()) - 127);
      const [from, to, mixed, expected] = [draw(), draw(), draw(), draw()];
      new SimdMarkAdder(simd, { width: 62, height: 34 }, map).blend(from, to, weight, mixed);
      new ScalarMarkAdder({ width: 62, height: 34 }, map).blend(from, to, weight, expected);
      expect(mixed).toEqual(expected);
    }),
  );
});

test('the field of every pixel is that of the oracle', () => {
  fc.assert(
    fc.property(side(160, 500), side(90, 300), fc.nat(), (width, height, seed) => {
      const random = randomNumbers(seed);
      const grid = Float32Array.from({ length: GRID_WIDTH * GRID_HEIGHT }, () => gaussian(random));
      const sampling = planSampling({ width, height }, coverGeometry({ width, height }).toFrame);
      const [scalar, vector] = [new Int8Array(width * height), new Int8Array(width * height)];
      const scaleOf = (rms: number) => 40 / rms;
      new ScalarFieldSampler(sampling).sample(grid, scaleOf, scalar);
      new SimdFieldSampler(simd, sampling).sample(grid, scaleOf, vector);
      expect(vector).toEqual(scalar);
    }),
    { numRuns: 25 },
  );
});
