import { createI420 } from '@guise/frame';
import { expect, it } from 'vitest';
import { lookAround, overlap, smallerFrame } from './mesh-place.js';

it('measures what two places have in common', () => {
  const place = { x: 10, y: 10, width: 20, height: 20 };
  expect(overlap(place, place)).toBe(1);
  expect(overlap(place, { ...place, x: 20 })).toBeCloseTo(1 / 3);
  expect(overlap(place, { ...place, x: 30 })).toBe(0);
  expect(overlap(place, { x: NaN, y: 0, width: 1, height: 1 })).toBe(0);
});

it('looks at a small face at full size, and keeps its place', () => {
  const frame = createI420(4000, 3000);
  const around = lookAround(frame, { x: 3000, y: 2000, width: 100, height: 120 });
  expect(around?.frame).toMatchObject({ width: 260, height: 312 });
  expect(around?.mesh).toEqual({ x: 80, y: 96, width: 100, height: 120 });
});

it('makes a large one smaller', () => {
  const around = lookAround(createI420(4000, 4000), { x: 500, y: 500, width: 3000, height: 3000 });
  expect(around?.frame).toMatchObject({ width: 1600, height: 1600 });
  expect(around?.mesh.width).toBeCloseTo(1200);
  expect(smallerFrame(createI420(3200, 800))).toMatchObject({ width: 1600, height: 400 });
});

it.each([
  { x: 10, y: 10, width: 0, height: 0 },
  { x: 5000, y: 10, width: 100, height: 100 },
  { x: -900, y: 10, width: 100, height: 100 },
  { x: NaN, y: 10, width: 100, height: 100 },
  { x: 10, y: 10, width: NaN, height: 100 },
])('sees no face at %j', (mesh) => {
  expect(lookAround(createI420(640, 480), mesh)).toBeNull();
});
