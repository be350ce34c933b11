import { expect, it } from 'vitest';
import type { RgbImage } from '@guise/frame';
import { closeness, enlargeBicubic } from './picture-measures.js';

const [WIDTH, HEIGHT] = [24, 16];
const of = (value: (x: number, y: number, c: number) => number, scale = 1): RgbImage => {
  const [width, height] = [WIDTH * scale, HEIGHT * scale];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return Math.round(value((x + 0.5) / scale, (y + 0.5) / scale, i % 3));
  });
  return { width, height, data };
};
const ramp = (x: number, y: number, c: number): number => 20 + 6 * x + 4 * y + 10 * c;
const INSIDE = { x: 8, y: 8, width: 32, height: 16 };

it('enlarges a ramp to the same ramp: every sample where it belongs', () => {
  const { psnrDb, ssim } = closeness(enlargeBicubic(of(ramp), 2), of(ramp, 2), INSIDE);
  expect(psnrDb).toBeGreaterThan(50);
  expect(ssim).toBeGreaterThan(0.99);
});

it('tells a shift by half a pixel and a flat picture from the same picture', () => {
  const shifted = of((x, y, c) => ramp(x + 0.5, y, c), 2);
  expect(closeness(of(ramp, 2), shifted, INSIDE).psnrDb).toBeLessThan(42);
  expect(
    closeness(
      of(ramp, 2),
      of(() => 120, 2),
      INSIDE,
    ).ssim,
  ).toBeLessThan(0.6);
});

it('compares only inside the box', () => {
  const spoilt = of((x, y, c) => (x < 2 ? 0 : ramp(x, y, c)), 2);
  expect(closeness(of(ramp, 2), spoilt, INSIDE).psnrDb).toBe(Infinity);
  expect(() => closeness(of(ramp, 2), of(ramp), INSIDE)).toThrow(RangeError);
});
