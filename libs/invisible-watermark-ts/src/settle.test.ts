import { expect, test } from 'vitest';
import { createDetector } from './detector.js';
import { coverGeometry } from './geometry.js';
import { gaussian, randomNumbers } from './testing/natural-scene.js';
import { sceneClip, TEST_KEY, TEST_SESSION } from './testing/marked-scene.js';
import type { Geometry, LumaFrame } from './types.js';

const SIZE = { width: 640, height: 360 };
const detector = createDetector({ key: TEST_KEY });
const clip = sceneClip({ ...SIZE, seed: 11, frames: 3, marked: true });

test.each([-1, 0.6, 1.3])(
  'pictures turned by %f° and read without the search for turns lie in place',
  (deg) => {
    const errors = [11, 12, 13, 14, 15].map((seed) => {
      const scene = sceneClip({ ...SIZE, seed, frames: 3, marked: true });
      const turned = scene.map((frame, i) => withNoise(turn(frame, deg), i));
      const { payload, geometry } = detector.detect(turned, { search: 'aligned' });
      expect(payload?.session).toBe(TEST_SESSION);
      return geometry === null ? Infinity : cornerError(geometry, deg);
    });
    // A chip is four canonical pixels, two of these: no corner lies a chip off. Some places stay 1.5 to 1.8 off, others 0.5 at most.
    expect(Math.max(...errors)).toBeLessThan(2);
    expect(Math.min(...errors)).toBeLessThan(0.7);
  },
);

test('a geometry that was handed in is kept', () => {
  const turned = clip.map((frame) => turn(frame, 0.6));
  const hint = { ...SIZE, toFrame: coverGeometry(SIZE).toFrame };
  expect(detector.detect(turned, { search: 'aligned', hint }).geometry).toEqual(hint);
});

/** About the middle of the frame, as ffmpeg's `rotate` does; bilinear, grey outside. */
function turn(frame: LumaFrame, deg: number): LumaFrame {
  const { width, height } = SIZE;
  const [cos, sin] = cosSin(-deg);
  const luma = new Uint8Array(width * height).fill(100);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v] = [x - (width - 1) / 2, y - (height - 1) / 2];
      const [sx, sy] = [cos * u - sin * v + (width - 1) / 2, sin * u + cos * v + (height - 1) / 2];
      const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
      if (x0 < 0 || y0 < 0 || x0 >= width - 1 || y0 >= height - 1) continue;
      const at = (i: number, j: number) => frame.luma[j * frame.stride + i] ?? 0;
      const top = at(x0, y0) * (1 - sx + x0) + at(x0 + 1, y0) * (sx - x0);
      const bottom = at(x0, y0 + 1) * (1 - sx + x0) + at(x0 + 1, y0 + 1) * (sx - x0);
      luma[y * width + x] = Math.round(top * (1 - sy + y0) + bottom * (sy - y0));
    }
  return { ...frame, luma };
}

/** As weak as a codec leaves it: a clear mark would find its place by the pilot. */
function withNoise(frame: LumaFrame, seed: number): LumaFrame {
  const random = randomNumbers(seed);
  return {
    ...frame,
    luma: frame.luma.map((value) => Math.max(0, Math.min(255, value + 6 * gaussian(random)))),
  };
}

function cornerError({ toFrame }: Geometry, deg: number): number {
  const [cos, sin] = cosSin(deg);
  const plain = coverGeometry(SIZE).toFrame;
  const at = ([a, b, c, d, e, f]: Geometry['toFrame'], x: number, y: number) => [
    a * x + b * y + c,
    d * x + e * y + f,
  ];
  const errors = [0, 1279].flatMap((x) =>
    [0, 719].map((y) => {
      const [u = 0, v = 0] = at(plain, x, y);
      const [p, q] = [u - (SIZE.width - 1) / 2, v - (SIZE.height - 1) / 2];
      const [foundX = 0, foundY = 0] = at(toFrame, x, y);
      const right = [cos * p - sin * q + (SIZE.width - 1) / 2, sin * p + cos * q + (SIZE.height - 1) / 2];
      return Math.hypot(foundX - (right[0] ?? 0), foundY - (right[1] ?? 0));
    }),
  );
  return Math.max(...errors);
}

const cosSin = (deg: number): [number, number] => [
  Math.cos((deg * Math.PI) / 180),
  Math.sin((deg * Math.PI) / 180),
];
