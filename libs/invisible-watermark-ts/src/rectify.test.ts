import { expect, test } from 'vitest';
import { createDetector } from './detector.js';
import { fingerprint } from './fingerprint.js';
import { createFingerprintReader } from './fingerprint-reader.js';
import { rectify } from './rectify.js';
import { sceneClip, TEST_KEY } from './testing/marked-scene.js';
import type { LumaFrame } from './types.js';

const detector = createDetector({ key: TEST_KEY });
const UPRIGHT = { width: 720, height: 1280 };
const [sent] = sceneClip({ ...UPRIGHT, seed: 8, frames: 1, marked: true });
if (sent === undefined) throw new Error('no frame');

/** Means of 2 × 2 samples. */
function halved({ luma, width, height, stride }: LumaFrame): LumaFrame {
  const half = { width: width / 2, height: height / 2, stride: width / 2 };
  const at = (x: number, y: number) => luma[y * stride + x] ?? 0;
  const means = Uint8Array.from({ length: half.width * half.height }, (_, i) => {
    const [x, y] = [2 * (i % half.width), 2 * Math.floor(i / half.width)];
    return (at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1)) / 4;
  });
  return { ...half, luma: means };
}

test.each([
  ['as it was sent', sent],
  ['at half its size', halved(sent)],
])('an upright picture %s comes back upright, every tile in its place', (_, received) => {
  const { geometry } = detector.detect([received], { search: 'aligned' });
  if (geometry === null) throw new Error('not found');
  const picture = rectify(received, geometry, UPRIGHT);
  expect([picture.width, picture.height]).toEqual([360, 640]);
  expect(picture.visible).toEqual(Array<boolean>(16).fill(true));
  const scene = createFingerprintReader(picture).compareScene(fingerprint(sent, null));
  for (const distance of scene?.tileDistances ?? []) expect(distance).toBeLessThanOrEqual(2);
  expect(scene?.picture).toBeLessThanOrEqual(4);
});
