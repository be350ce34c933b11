import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareFingerprints, fingerprint, FINGERPRINT_BYTES } from './fingerprint.js';
import { rectify } from './rectify.js';
import { sceneClip } from './testing/marked-scene.js';
import { gaussian, naturalScene, randomNumbers } from './testing/natural-scene.js';
import type { Geometry } from './types.js';

const WIDTH = 640;
const HEIGHT = 360;
const scene = naturalScene({ width: WIDTH, height: HEIGHT, seed: 21 });
const original = scene.frame(0);
const reference = fingerprint(original, WIDTH, HEIGHT, WIDTH);
const distance = (luma: Uint8Array) =>
  compareFingerprints(reference, fingerprint(luma, WIDTH, HEIGHT, WIDTH));

test('a fingerprint has 128 bytes and no distance to itself', () => {
  expect(reference).toHaveLength(FINGERPRINT_BYTES);
  expect(compareFingerprints(reference, reference)).toEqual({
    tileDistances: Array<number>(16).fill(0),
    median: 0,
  });
});

test.each<[string, (value: number, random: () => number) => number]>([
  ['noise', (value, random) => value + 6 * gaussian(random)],
  ['brightness', (value) => value + 15],
  ['contrast', (value) => 40 + 0.7 * value],
  ['gamma', (value) => 255 * (value / 255) ** 1.3],
  ['coarse quantisation', (value) => 8 * Math.round(value / 8)],
])('%s moves few bits', (_, change) => {
  const random = randomNumbers(1);
  const changed = original.map((value) => Math.max(0, Math.min(255, change(value, random))));
  expect(distance(changed).median).toBeLessThanOrEqual(6);
});

test('another scene is far away', () => {
  for (let seed = 30; seed < 36; seed++) {
    const other = naturalScene({ width: WIDTH, height: HEIGHT, seed }).frame(0);
    expect(distance(other).median ?? 0).toBeGreaterThanOrEqual(20);
  }
});

test('a patch pasted into the picture moves its tiles and no others', () => {
  const other = naturalScene({ width: WIDTH, height: HEIGHT, seed: 77 }).frame(0);
  const pasted = original.slice();
  for (let y = 90; y < 270; y++)
    pasted.set(other.subarray(y * WIDTH + 160, y * WIDTH + 480), y * WIDTH + 160);
  const { tileDistances } = distance(pasted);
  const inside = [5, 6, 9, 10];
  tileDistances.forEach((tile, index) => {
    if (inside.includes(index)) expect(tile).toBeGreaterThanOrEqual(16);
    else expect(tile).toBe(0);
  });
});

test('rectifying a crop brings the visible tiles back and leaves the others out', () => {
  const [marked] = sceneClip({ width: WIDTH, height: HEIGHT, seed: 21, frames: 1, marked: true });
  if (marked === undefined) throw new Error('no frame');
  const sent = fingerprint(marked.luma, WIDTH, HEIGHT, WIDTH);
  const crop = { width: 480, height: 270, stride: WIDTH, luma: marked.luma.subarray(40 * WIDTH + 100) };
  const geometry: Geometry = { width: 480, height: 270, toFrame: [0.5, 0, -100.25, 0, 0.5, -40.25] };
  const picture = rectify(crop, geometry, { width: WIDTH, height: HEIGHT });
  expect({ width: picture.width, height: picture.height }).toEqual({ width: WIDTH, height: HEIGHT });
  expect(picture.visible).toEqual([0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0].map(Boolean));
  const received = fingerprint(picture.luma, picture.width, picture.height, picture.stride);
  const { tileDistances, median } = compareFingerprints(sent, received, picture.visible);
  expect(tileDistances.filter((tile) => tile !== null)).toHaveLength(4);
  expect(median).toBeLessThanOrEqual(2);
});

test('distances are symmetric, within 0–64, and count flipped bits', () => {
  const bytes = fc.uint8Array({ minLength: FINGERPRINT_BYTES, maxLength: FINGERPRINT_BYTES });
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      const forward = compareFingerprints(a, b);
      expect(forward).toEqual(compareFingerprints(b, a));
      const total = forward.tileDistances.reduce<number>((sum, tile) => sum + (tile ?? 0), 0);
      const flipped = a.reduce(
        (sum, byte, i) => sum + (byte ^ (b[i] ?? 0)).toString(2).replaceAll('0', '').length,
        0,
      );
      expect(total).toBe(flipped);
    }),
  );
});

test('nothing visible is null, and wrong input is refused', () => {
  const hidden = Array<boolean>(16).fill(false);
  expect(compareFingerprints(reference, reference, hidden).median).toBeNull();
  const refusal = (code: string) => expect.objectContaining({ code }) as Error;
  expect(() => compareFingerprints(reference, reference.subarray(1))).toThrow(refusal('invalid-fingerprint'));
  expect(() => compareFingerprints(reference, reference, [true])).toThrow(refusal('invalid-fingerprint'));
  expect(() => fingerprint(original, WIDTH, HEIGHT, WIDTH - 1)).toThrow(refusal('invalid-stride'));
  expect(() => fingerprint(original, 8, 8, 8)).toThrow(refusal('invalid-size'));
  const frame = { luma: original, width: WIDTH, height: HEIGHT, stride: WIDTH };
  const toFrame = [0, 0, 0, 0, 0, 0] as const;
  expect(() => rectify(frame, { width: WIDTH, height: HEIGHT, toFrame })).toThrow(
    refusal('invalid-geometry'),
  );
  const good = { width: WIDTH, height: HEIGHT, toFrame: [0.5, 0, 0, 0, 0.5, 0] as const };
  expect(() => rectify(frame, good, { width: 0, height: 9 })).toThrow(refusal('invalid-size'));
});

test('black, white and flat frames have fingerprints', () => {
  for (const level of [0, 128, 255]) {
    const flat = new Uint8Array(WIDTH * HEIGHT).fill(level);
    expect(fingerprint(flat, WIDTH, HEIGHT, WIDTH)).toEqual(new Uint8Array(FINGERPRINT_BYTES));
  }
});
