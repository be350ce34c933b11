import { expect, test } from 'vitest';
import { coverGeometry } from './geometry.js';
import { boundsOf, isInside, outline } from './region.js';

test('a landscape frame is its own outline, from the top left clockwise', () => {
  expect(outline(coverGeometry({ width: 640, height: 360 }).toFrame)).toEqual([
    { x: 0, y: 0 },
    { x: 640, y: 0 },
    { x: 640, y: 360 },
    { x: 0, y: 360 },
  ]);
});

test('an upright frame too, although its grid is transposed', () => {
  expect(outline(coverGeometry({ width: 720, height: 1280 }).toFrame)).toEqual([
    { x: 0, y: 0 },
    { x: 720, y: 0 },
    { x: 720, y: 1280 },
    { x: 0, y: 1280 },
  ]);
});

test('a mirrored picture runs the other way', () => {
  const [topLeft, topRight] = outline([-1, 0, 1279, 0, 1, 0]);
  expect(topLeft).toEqual({ x: 1280, y: 0 });
  expect(topRight).toEqual({ x: 0, y: 0 });
});

test('inside and bounds', () => {
  const region = outline([-0.5, 0, 799.5, 0, 0.5, 100]);
  expect(isInside(region, { x: 700, y: 200 })).toBe(true);
  expect(isInside(region, { x: 100, y: 200 })).toBe(false);
  expect(boundsOf(region, { width: 600, height: 300 })).toEqual({
    left: 160,
    top: 100,
    right: 600,
    bottom: 300,
  });
});
