import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  FACE_FINGERPRINT_BYTES,
  fingerprint,
  fingerprintFace,
  FINGERPRINT_BYTES,
  recordedFace,
} from './fingerprint.js';
import { createFingerprintReader, type FingerprintReader } from './fingerprint-reader.js';
import { faceRegion, type PictureRegion } from './fingerprint-region.js';
import { rectify } from './rectify.js';
import { sceneClip } from './testing/marked-scene.js';
import { gaussian, naturalScene, randomNumbers } from './testing/natural-scene.js';
import type { Geometry, LumaFrame } from './types.js';

const WIDTH = 640;
const HEIGHT = 360;
const BOX = { x: 230, y: 80, width: 170, height: 230 };
const asFrame = (luma: Uint8Array): LumaFrame => ({ luma, width: WIDTH, height: HEIGHT, stride: WIDTH });
const scene = naturalScene({ width: WIDTH, height: HEIGHT, seed: 21 });
const original = scene.frame(0);
const FACE: PictureRegion = faceRegion(BOX, { width: WIDTH, height: HEIGHT }) ?? never();
const reference = fingerprint(asFrame(original), FACE);
const compare = (reader: FingerprintReader, sent: Uint8Array) => ({
  ...(reader.compareScene(sent) ?? never()),
  face: reader.compareFace(sent),
});
const distances = (luma: Uint8Array) => compare(createFingerprintReader(asFrame(luma)), reference);

function never(): never {
  throw new Error('the test is broken');
}

test('a fingerprint has 196 bytes, names its face and has no distance to itself', () => {
  expect(reference).toHaveLength(FINGERPRINT_BYTES);
  expect(recordedFace(reference)).toEqual({ x: 92, y: 56, width: 68, height: 165 });
  expect(distances(original)).toEqual({
    picture: 0,
    face: 0,
    tileDistances: Array<number>(16).fill(0),
    median: 0,
  });
});

test('the face alone is the beginning of the whole', () => {
  const alone = fingerprintFace(asFrame(original), FACE);
  expect(alone).toEqual(reference.subarray(0, FACE_FINGERPRINT_BYTES));
  const reader = createFingerprintReader(asFrame(original));
  expect(reader.compareScene(alone)).toBeNull();
  expect(reader.compareFace(alone)).toBe(0);
});

test('without a face its bytes are zero and nothing is said of it', () => {
  const faceless = fingerprint(asFrame(original), null);
  expect(faceless.subarray(0, 36)).toEqual(new Uint8Array(36));
  expect(faceless.subarray(36)).toEqual(reference.subarray(36));
  expect(compare(createFingerprintReader(asFrame(original)), faceless)).toMatchObject({
    picture: 0,
    face: null,
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
  const { picture, face, median } = distances(changed);
  expect(picture).toBeLessThanOrEqual(12);
  expect(face).toBeLessThanOrEqual(12);
  expect(median).toBeLessThanOrEqual(3);
});

test('another scene is far away', () => {
  for (let seed = 30; seed < 36; seed++) {
    const { picture, face, median } = distances(
      naturalScene({ width: WIDTH, height: HEIGHT, seed }).frame(0),
    );
    expect(picture).toBeGreaterThanOrEqual(60);
    expect(face).toBeGreaterThanOrEqual(60);
    expect(median).toBeGreaterThanOrEqual(20);
  }
});

test('a patch pasted over the face moves the face and its tiles, and no others', () => {
  const other = naturalScene({ width: WIDTH, height: HEIGHT, seed: 77 }).frame(0);
  const pasted = original.slice();
  for (let y = 90; y < 270; y++)
    pasted.set(other.subarray(y * WIDTH + 160, y * WIDTH + 480), y * WIDTH + 160);
  const { tileDistances, face } = distances(pasted);
  expect(face).toBeGreaterThanOrEqual(45);
  const inside = [5, 6, 9, 10];
  tileDistances.forEach((tile, index) => {
    if (inside.includes(index)) expect(tile).toBeGreaterThanOrEqual(16);
    else expect(tile).toBe(0);
  });
});

test('a blank over the face does not pass for it', () => {
  const blank = original.slice();
  for (let y = BOX.y; y < BOX.y + BOX.height; y++)
    blank.fill(120, y * WIDTH + BOX.x - 6, y * WIDTH + BOX.x + BOX.width + 6);
  expect(distances(blank).face).toBeGreaterThanOrEqual(60);
});

test('rectifying a crop brings the visible parts back and leaves the others out', () => {
  const [marked] = sceneClip({ width: WIDTH, height: HEIGHT, seed: 21, frames: 1, marked: true });
  if (marked === undefined) throw new Error('no frame');
  const crop = { width: 480, height: 270, stride: WIDTH, luma: marked.luma.subarray(40 * WIDTH + 100) };
  const geometry: Geometry = { width: 480, height: 270, toFrame: [0.5, 0, -100.25, 0, 0.5, -40.25] };
  const picture = rectify(crop, geometry, { width: WIDTH, height: HEIGHT });
  expect({ width: picture.width, height: picture.height }).toEqual({ width: WIDTH, height: HEIGHT });
  expect(picture.visible).toEqual([0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0].map(Boolean));
  const received = createFingerprintReader(picture);
  const inside = compare(received, fingerprint(marked, FACE));
  expect(inside.tileDistances.filter((tile) => tile !== null)).toHaveLength(4);
  expect(inside).toMatchObject({ picture: null });
  expect(inside.median).toBeLessThanOrEqual(2);
  expect(inside.face).toBeLessThanOrEqual(4);
  expect(received.compareFace(fingerprint(marked, { ...FACE, y: 10 }))).toBeNull();
});

test('the region of a face is clipped to the picture, and too little of one is none', () => {
  const size = { width: 1280, height: 720 };
  expect(faceRegion({ x: -100, y: 600, width: 400, height: 400 }, size)).toEqual({
    x: 0,
    y: 213,
    width: 60,
    height: 43,
  });
  expect(faceRegion({ x: -500, y: -500, width: 5000, height: 5000 }, size)).toEqual({
    x: 0,
    y: 0,
    width: 255,
    height: 255,
  });
  expect(faceRegion({ x: 100, y: 100, width: 90, height: 300 }, size)).toBeNull();
  expect(faceRegion({ x: 2000, y: 100, width: 300, height: 300 }, size)).toBeNull();
  expect(faceRegion({ x: Number.NaN, y: 100, width: 300, height: 300 }, size)).toBeNull();
});

test('any 196 bytes can be compared with, and every distance stays in its range', () => {
  const reader = createFingerprintReader(asFrame(original));
  const bytes = fc.uint8Array({ minLength: FINGERPRINT_BYTES, maxLength: FINGERPRINT_BYTES });
  const within = (distance: number | null, bits: number) =>
    distance === null || (distance >= 0 && distance <= bits);
  fc.assert(
    fc.property(bytes, (sent) => {
      const { picture, face, tileDistances, median } = compare(reader, sent);
      expect(within(picture, 256) && within(face, 256) && within(median, 64)).toBe(true);
      expect(tileDistances.every((tile) => within(tile, 64))).toBe(true);
      expect(face === null).toBe(recordedFace(sent) === null);
    }),
    { numRuns: 60 },
  );
});

test('nothing visible is null, and wrong input is refused', () => {
  const hidden = { ...asFrame(original), visible: Array<boolean>(16).fill(false), shows: () => false };
  expect(compare(createFingerprintReader(hidden), reference)).toEqual({
    picture: null,
    face: null,
    tileDistances: Array<null>(16).fill(null),
    median: null,
  });
  const refusal = (code: string) => expect.objectContaining({ code }) as Error;
  const reader = createFingerprintReader(asFrame(original));
  expect(() => reader.compareScene(reference.subarray(1))).toThrow(refusal('invalid-fingerprint'));
  expect(() => reader.compareFace(reference.subarray(0, 37))).toThrow(refusal('invalid-fingerprint'));
  expect(() => createFingerprintReader({ ...hidden, visible: [true] })).toThrow(
    refusal('invalid-fingerprint'),
  );
  expect(() => fingerprint({ ...asFrame(original), stride: WIDTH - 1 }, null)).toThrow(
    refusal('invalid-stride'),
  );
  expect(() => fingerprint({ luma: original, width: 8, height: 8, stride: 8 }, null)).toThrow(
    refusal('invalid-size'),
  );
  for (const region of [
    { x: 200, y: 0, width: 57, height: 9 },
    { x: 0, y: 0, width: 0, height: 9 },
    { x: 0.5, y: 0, width: 9, height: 9 },
    { x: 0, y: 0, width: 256, height: 9 },
  ])
    expect(() => fingerprint(asFrame(original), region)).toThrow(refusal('invalid-fingerprint'));
  const frame = asFrame(original);
  const toFrame = [0, 0, 0, 0, 0, 0] as const;
  expect(() => rectify(frame, { width: WIDTH, height: HEIGHT, toFrame })).toThrow(
    refusal('invalid-geometry'),
  );
  const good = { width: WIDTH, height: HEIGHT, toFrame: [0.5, 0, 0, 0, 0.5, 0] as const };
  expect(() => rectify(frame, good, { width: 0, height: 9 })).toThrow(refusal('invalid-size'));
});

test('black, white and flat frames have fingerprints', () => {
  for (const level of [0, 128, 255]) {
    const flat = asFrame(new Uint8Array(WIDTH * HEIGHT).fill(level));
    expect(fingerprint(flat, null)).toEqual(new Uint8Array(FINGERPRINT_BYTES));
    const { picture, face } = compare(createFingerprintReader(flat), reference);
    expect(Math.min(picture ?? 0, face ?? 0)).toBeGreaterThanOrEqual(60);
  }
});
