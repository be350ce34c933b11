import { describe, expect, it } from 'vitest';
import { continueBody } from './continue-body.js';
import { sampleCubic } from './cubic.js';
import { fillUnknown } from './fill.js';
import { frameHead } from './framing.js';
import { boxMean, enlarge, guidedFilter, shrink } from './guided-filter.js';

describe('framing', () => {
  const output = { width: 1280, height: 720 };

  it('shows a seated person as a webcam does when the picture allows', () => {
    const framing = frameHead({ width: 4000, height: 3000 }, { x: 2000, eyesY: 1000, pxPerCm: 30 }, output);
    expect(framing.step * 720).toBeCloseTo(42 * 30, 5);
    expect((1000 - framing.originY) / framing.step).toBeCloseTo(0.42 * 720, 5);
    expect((2000 - framing.originX) / framing.step).toBeCloseTo(640, 5);
  });

  it('comes nearer where the picture ends early, and never invents a body', () => {
    for (const height of [1400, 1600, 2000]) {
      const framing = frameHead({ width: 900, height }, { x: 400, eyesY: 700, pxPerCm: 30 }, output);
      expect(framing.originY + 720 * framing.step).toBeLessThanOrEqual(height + 1e-6);
    }
  });
});

describe('filling', () => {
  it('keeps what is known and continues it smoothly', () => {
    const values = Float32Array.from({ length: 40 * 30 }, (_, i) => 100 + (i % 40));
    const weights = Float32Array.from(values, (_, i) => (i % 40 < 12 || i % 40 > 27 ? 1 : 0));
    const filled = fillUnknown(values, weights, 40, 30);
    filled.forEach((value, i) => {
      if (weights[i] === 1) expect(value).toBe(values[i]);
      else {
        expect(value).toBeGreaterThanOrEqual(100);
        expect(value).toBeLessThanOrEqual(140);
      }
    });
    const none = fillUnknown(values, new Float32Array(values.length), 40, 30);
    expect(none.every(Number.isFinite)).toBe(true);
  });
});

describe('filters', () => {
  it('cut windows at the border: a constant stays one', () => {
    const flat = new Float32Array(17 * 9).fill(0.25);
    for (const value of boxMean(flat, 17, 9, 4)) expect(value).toBeCloseTo(0.25, 6);
    for (const value of guidedFilter(flat, flat, 17, 9, 3, 1e-4)) expect(value).toBeCloseTo(0.25, 5);
  });

  it('halve and enlarge a slope without moving it, whatever the sides', () => {
    for (const [width, height] of [
      [16, 10],
      [17, 11],
    ] as const) {
      const slope = Float32Array.from({ length: width * height }, (_, i) => (i % width) + 3);
      const again = enlarge(shrink(slope, width, height), width, height);
      for (let y = 0; y < height; y++)
        for (let x = 2; x < width - 3; x++) expect(again[y * width + x]).toBeCloseTo(x + 3, 5);
    }
  });

  it("puts a rough mask's edge where the guide has one", () => {
    const guide = Float32Array.from({ length: 60 * 20 }, (_, i) => (i % 60 < 33 ? 0.1 : 0.9));
    const rough = Float32Array.from(guide, (_, i) => Math.min(1, Math.max(0, ((i % 60) - 20) / 20)));
    const fine = guidedFilter(guide, rough, 60, 20, 6, 1e-4);
    const row = 10 * 60;
    expect((fine[row + 33] ?? 0) - (fine[row + 32] ?? 0)).toBeGreaterThan(0.3);
  });

  it('meets the samples of a plane and lies between them on a slope', () => {
    const slope = Float32Array.from({ length: 8 * 8 }, (_, i) => 10 * (i % 8));
    expect(sampleCubic(slope, 8, 8, 3.5, 4.5)).toBeCloseTo(30, 5);
    expect(sampleCubic(slope, 8, 8, 4, 4.5)).toBeCloseTo(35, 5);
  });
});

describe("a body cut by the picture's border", () => {
  it('goes on beyond the sides, sloping, and leaves the picture as it is', () => {
    const [width, height, left, right] = [100, 60, 30, 70];
    // Shoulders from row 30 down, across the whole picture.
    const alpha = Float32Array.from({ length: width * height }, (_, i) => {
      const x = i % width;
      return x >= left && x < right && i >= 30 * width ? 1 : 0;
    });
    const insidePx = (i: number): number => Math.min((i % width) + 0.5 - left, right - 0.5 - (i % width));
    const whole = continueBody(alpha, { width, height, insidePx });
    const top = (x: number): number => {
      for (let y = 0; y < height; y++) if ((whole[y * width + x] ?? 0) > 0.5) return y;
      return height;
    };
    for (let x = left; x < right; x++) expect(top(x)).toBe(30);
    expect(top(left - 5)).toBeGreaterThan(33);
    expect(top(left - 15)).toBeGreaterThan(top(left - 5) + 8);
    expect(top(right + 10)).toBeGreaterThan(38);
    expect(top(right + 10)).toBeLessThan(50);
    expect(top(0)).toBe(height);
  });
});
