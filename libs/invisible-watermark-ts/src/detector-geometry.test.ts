import { expect, test } from 'vitest';
import { createDetector } from './detector.js';
import { FIRST_EPOCH, sceneClip, TEST_KEY, TEST_SESSION } from './testing/marked-scene.js';
import type { LumaFrame } from './types.js';

const detector = createDetector({ key: TEST_KEY });
const clip = sceneClip({ width: 640, height: 360, seed: 11, frames: 11, marked: true }).filter(
  (_, i) => i % 5 === 0,
);
const [still] = clip;
if (still === undefined) throw new Error('no frame');

test.each<[string, (frame: LumaFrame) => LumaFrame]>([
  ['halved', (frame) => resample(frame, 320, 180, (x, y) => [2 * x + 0.5, 2 * y + 0.5])],
  ['enlarged', (frame) => resample(frame, 960, 540, (x, y) => [x / 1.5 - 1 / 6, y / 1.5 - 1 / 6])],
  ['cropped by a tenth', (frame) => resample(frame, 606, 342, (x, y) => [x + 25, y + 10])],
  [
    'cropped to half and enlarged',
    (frame) => resample(frame, 640, 360, (x, y) => [100 + x / 1.416, 60 + y / 1.416]),
  ],
  ['mirrored', (frame) => resample(frame, 640, 360, (x, y) => [639 - x, y])],
  ['squeezed to 4:3', (frame) => resample(frame, 480, 360, (x, y) => [x / 0.75 + 1 / 6, y])],
  ['letterboxed in 4:3', (frame) => resample(frame, 640, 480, (x, y) => [x, y - 60])],
  ['brighter, less contrast', (frame) => ({ ...frame, luma: frame.luma.map((value) => 40 + 0.7 * value) })],
])('a picture %s is read', (_, attack) => {
  const found = detector.detect(clip.map((frame) => ({ ...attack(frame), timestampMs: frame.timestampMs })));
  expect(found.payload).toEqual({ version: 1, session: TEST_SESSION, epochHint: FIRST_EPOCH });
});

/** Bilinear; black outside. */
function resample(
  { luma, width, height, stride }: LumaFrame,
  newWidth: number,
  newHeight: number,
  from: (x: number, y: number) => [number, number],
): LumaFrame {
  const out = new Uint8Array(newWidth * newHeight).fill(16);
  for (let y = 0; y < newHeight; y++)
    for (let x = 0; x < newWidth; x++) {
      const [u, v] = from(x, y);
      const [x0, y0] = [Math.floor(u), Math.floor(v)];
      if (u < -0.5 || v < -0.5 || u > width - 0.5 || v > height - 0.5) continue;
      const at = (i: number, j: number) =>
        luma[Math.max(0, Math.min(height - 1, j)) * stride + Math.max(0, Math.min(width - 1, i))] ?? 0;
      const top = at(x0, y0) * (1 - u + x0) + at(x0 + 1, y0) * (u - x0);
      const bottom = at(x0, y0 + 1) * (1 - u + x0) + at(x0 + 1, y0 + 1) * (u - x0);
      out[y * newWidth + x] = Math.round(top * (1 - v + y0) + bottom * (v - y0));
    }
  return { luma: out, width: newWidth, height: newHeight, stride: newWidth };
}

test.each([
  [720, 1280],
  [960, 720],
  [640, 640],
  [426, 240],
])('frames of %i×%i are marked and read', (width, height) => {
  const frames = sceneClip({ width, height, seed: 5, frames: 3, marked: true });
  expect(detector.detect(frames).payload?.session).toBe(TEST_SESSION);
});

test('a padded stride reads like a tight one', () => {
  const stride = 700;
  const luma = new Uint8Array(stride * 360).fill(255);
  for (let y = 0; y < 360; y++) luma.set(still.luma.subarray(y * 640, (y + 1) * 640), y * stride);
  expect(detector.detect([{ ...still, luma, stride }])).toEqual(detector.detect([still]));
});

test('a small rotation is found when asked for', () => {
  const angle = Math.PI / 180;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const turned = resample(still, 640, 360, (x, y) => [
    319.5 + c * (x - 319.5) - s * (y - 179.5),
    179.5 + s * (x - 319.5) + c * (y - 179.5),
  ]);
  expect(detector.detect([turned], { search: 'rotated' }).payload?.session).toBe(TEST_SESSION);
});
