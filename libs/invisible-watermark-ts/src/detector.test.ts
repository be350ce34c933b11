import { expect, test } from 'vitest';
import { createDetector } from './detector.js';
import { CHIP_COUNT, EPOCH_TAG_MIN_Z } from './format.js';
import { deriveLayers } from './layers.js';
import { PayloadReader } from './payload-reader.js';
import { gaussian, randomNumbers } from './testing/natural-scene.js';
import type { TimedLumaFrame } from './detector-stream.js';
import type { LumaFrame } from './types.js';
import { falsePositiveLog10, isAccepted, isOneSessions } from './mark-reader.js';
import {
  epochAt,
  FIRST_EPOCH,
  FOREIGN_KEY,
  sceneClip,
  TEST_CHAIN,
  TEST_KEY,
  TEST_SESSION,
} from './testing/marked-scene.js';

const detector = createDetector({ key: TEST_KEY });
const clip = sceneClip({ width: 640, height: 360, seed: 11, frames: 30, marked: true }).filter(
  (_, i) => i % 5 === 0,
);
const [still] = clip;
if (still === undefined) throw new Error('no frame');

test('one frame gives session, epoch and geometry', () => {
  const found = detector.detect([still]);
  expect(found.payload).toEqual({ version: 1, session: TEST_SESSION, epochHint: FIRST_EPOCH });
  expect(found.confidenceLog10).toBeLessThan(-20);
  expect(found.geometry).toEqual({ width: 640, height: 360, toFrame: [0.5, 0, -0.25, 0, 0.5, -0.25] });
});

test('the tag of the right epoch verifies, of any other it does not', () => {
  const found = detector.detect(clip);
  if (found.geometry === null) throw new Error('not found');
  const z = (epoch: number) =>
    detector.verifyEpoch(clip, found.geometry ?? never(), TEST_CHAIN.keyOf(epoch)).z;
  expect(z(FIRST_EPOCH)).toBeGreaterThan(2 * EPOCH_TAG_MIN_Z);
  for (let epoch = 0; epoch < 30; epoch++)
    if (epoch !== FIRST_EPOCH) expect(z(epoch)).toBeLessThan(EPOCH_TAG_MIN_Z);
  const [section] = found.epochs;
  if (section === undefined) throw new Error('no section');
  expect(detector.verifyEpochSection(section, TEST_CHAIN.keyOf(FIRST_EPOCH)).z).toBeGreaterThan(
    2 * EPOCH_TAG_MIN_Z,
  );
});

test('a session that is known already is told from others whose pilot is as clear', () => {
  const { geometry } = detector.detect(clip);
  const z = (session: number) => detector.verifySession(clip, geometry ?? never(), session).z;
  expect(z(TEST_SESSION)).toBeGreaterThan(4 * EPOCH_TAG_MIN_Z);
  const others = Array.from({ length: 20 }, (_, i) => z(TEST_SESSION + 1 + i * 7919));
  for (const other of others) expect(other).toBeLessThan(z(TEST_SESSION) / 2);
});

test.each([0, 3, 5])('a black frame at place %i of the window does not hide the mark', (place) => {
  const black = { ...still, luma: new Uint8Array(still.luma.length) };
  const frames = clip.map((frame, index) => (index === place ? { ...frame, luma: black.luma } : frame));
  expect(detector.detect(frames).payload?.session).toBe(TEST_SESSION);
});

test('two sessions blended into one picture give no third session', () => {
  const options = { width: 640, height: 360, frames: 1, marked: true };
  for (let seed = 20; seed < 36; seed++) {
    const session = 1000 * seed;
    const [other] = sceneClip({ ...options, seed, session });
    const luma = still.luma.map((value, index) => (value + (other?.luma[index] ?? 0)) >> 1);
    const { payload } = detector.detect([{ ...still, luma }], { search: 'aligned' });
    expect([undefined, TEST_SESSION, session]).toContain(payload?.session);
  }
  // What such blends read as, and what a mark of one session reads as.
  expect(isOneSessions(0.85 * 60, 60)).toBe(false);
  expect(isOneSessions(1.8 * 60, 60)).toBe(true);
  expect(isOneSessions(9.5, 8)).toBe(true);
  expect(isOneSessions(0, 8)).toBe(false);
});

function never(): never {
  throw new Error('unreachable');
}

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
  const found = detector.detect(
    clip.slice(0, 3).map((frame) => ({ ...attack(frame), timestampMs: frame.timestampMs })),
  );
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

test('epochs of a window that crosses a boundary are told apart', () => {
  const frames = sceneClip({ width: 640, height: 360, seed: 2, frames: 75, marked: true }).slice(20);
  const found = detector.detect(frames);
  expect(found.epochs.map((section) => section.epochHint)).toEqual([
    FIRST_EPOCH,
    FIRST_EPOCH + 1,
    FIRST_EPOCH + 2,
  ]);
  expect(found.payload?.epochHint).toBe(FIRST_EPOCH + 1);
  for (const section of found.epochs) {
    const { z } = detector.verifyEpochSection(section, TEST_CHAIN.keyOf(section.epochHint));
    expect(z).toBeGreaterThan(EPOCH_TAG_MIN_Z);
  }
});

test('a stream answers per window and finds its way back after a change of size', () => {
  const stream = detector.stream({ windowSeconds: 1, framesPerSecond: 6 });
  const first = sceneClip({ width: 640, height: 360, seed: 4, frames: 60, marked: true });
  const second = sceneClip({ width: 426, height: 240, seed: 4, frames: 75, marked: true }).slice(60);
  const answers = [...first, ...second]
    .map((frame) => stream.push(frame))
    .filter((answer) => answer !== null);
  const last = stream.finish();
  expect([...answers, last].map((answer) => answer?.payload?.session)).toEqual([
    TEST_SESSION,
    TEST_SESSION,
    TEST_SESSION,
  ]);
  expect([...answers, last].map((answer) => epochAt(answer?.fromMs ?? -1))).toEqual([42, 43, 44]);
  expect(stream.finish()).toBeNull();
});

test('unmarked, foreign-key and featureless material is not found', () => {
  const foreign = createDetector({ key: FOREIGN_KEY });
  expect(foreign.detect(clip.slice(0, 2)).found).toBe(false);
  const flat = (level: number): TimedLumaFrame => ({
    ...still,
    luma: new Uint8Array(640 * 360).fill(level),
  });
  for (const level of [0, 16, 128, 235, 255]) {
    const { found, payload, geometry, confidenceLog10 } = detector.detect([flat(level)]);
    expect({ found, payload, geometry, confidenceLog10 }).toEqual({
      found: false,
      payload: null,
      geometry: null,
      confidenceLog10: null,
    });
  }
}, 180_000);

test('no false positive on unmarked and foreign material, and no chance codeword reaches acceptance', () => {
  const foreign = createDetector({ key: FOREIGN_KEY });
  let trials = 0;
  for (let seed = 100; seed < 104; seed++) {
    const marked = seed % 2 === 0;
    for (const frame of sceneClip({ width: 320, height: 180, seed, frames: 12, marked }))
      for (const one of marked ? [foreign] : [detector, foreign]) {
        expect(one.detect([frame], { search: 'aligned' }).found).toBe(false);
        trials++;
      }
  }
  expect(trials).toBe(72);
  // What chance reaches, the rule refuses: a codeword at z = 9 with a pilot that is not there.
  expect(isAccepted(falsePositiveLog10(9, 1, 1, 49))).toBe(false);
  expect(isAccepted(falsePositiveLog10(10.6, 1, 1, 49))).toBe(true);
  expect(isAccepted(falsePositiveLog10(9.5, 6, 20, 1e7))).toBe(false);
}, 180_000);

test('pure noise decodes to nothing that could be accepted in 400 trials', () => {
  const reader = new PayloadReader(deriveLayers(TEST_KEY));
  const random = randomNumbers(5);
  const noise = Float32Array.from({ length: 2 * CHIP_COUNT }, () => gaussian(random));
  const strongest = Array.from(
    { length: 400 },
    (_, trial) => reader.read(noise.slice(trial * 137, trial * 137 + CHIP_COUNT))?.z ?? 0,
  ).reduce((most, z) => Math.max(most, z), 0);
  // Even with the clearest pilot that a whole search meets by chance.
  expect(isAccepted(falsePositiveLog10(strongest, 5.5, 1, 1e7))).toBe(false);
  // √(2·56·ln 2): what the best of all 2^56 words reaches against noise.
  expect(strongest).toBeLessThan(8.9);
}, 120_000);

test('the whole search on an unmarked picture ends without an answer', () => {
  const [frame] = sceneClip({ width: 320, height: 180, seed: 200, frames: 1, marked: false });
  const found = detector.detect([frame ?? still], { search: 'rotated' });
  expect(found.found).toBe(false);
  expect(found.statistics.pilotZ).toBeLessThan(8);
}, 180_000);

test('a small rotation is found when asked for', () => {
  const angle = Math.PI / 180;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const turned = resample(still, 640, 360, (x, y) => [
    319.5 + c * (x - 319.5) - s * (y - 179.5),
    179.5 + s * (x - 319.5) + c * (y - 179.5),
  ]);
  expect(detector.detect([turned], { search: 'rotated' }).payload?.session).toBe(TEST_SESSION);
});

test('wrong input is refused with a typed error', () => {
  const refusal = (code: string) => expect.objectContaining({ name: 'WatermarkError', code }) as Error;
  const geometry = { width: 640, height: 360, toFrame: [0.5, 0, 0, 0, 0.5, 0] } as const;
  const key = TEST_CHAIN.keyOf(0);
  expect(() => createDetector({ key: new Uint8Array(3) })).toThrow(refusal('invalid-key'));
  expect(() => detector.detect([])).toThrow(refusal('invalid-frames'));
  expect(() => detector.detect([still, { ...still, width: 638 }])).toThrow(refusal('invalid-frames'));
  expect(() => detector.detect([{ ...still, timestampMs: Number.NaN }])).toThrow(refusal('invalid-frames'));
  expect(() => detector.detect([{ ...still, stride: 600 }])).toThrow(refusal('invalid-stride'));
  expect(() => detector.detect([{ ...still, height: 361 }])).toThrow(refusal('invalid-stride'));
  expect(() => detector.detect([{ ...still, width: 1, height: 1 }])).toThrow(refusal('invalid-size'));
  expect(() => detector.detect([{ ...still, width: Number.NaN }])).toThrow(refusal('invalid-size'));
  expect(() => detector.detect([{ ...still, width: 50_000, height: 50_000 }])).toThrow(
    refusal('invalid-size'),
  );
  expect(() =>
    detector.verifyEpoch([still], { ...geometry, toFrame: [Number.NaN, 0, 0, 0, 1, 0] }, key),
  ).toThrow(refusal('invalid-geometry'));
  expect(() => detector.verifyEpoch([still], { ...geometry, toFrame: [1, 1, 0, 1, 1, 0] }, key)).toThrow(
    refusal('invalid-geometry'),
  );
  expect(() => detector.verifyEpoch([still], { ...geometry, width: 1280 }, key)).toThrow(
    refusal('invalid-geometry'),
  );
  expect(() => detector.verifyEpoch([still], geometry, new Uint8Array(4))).toThrow(refusal('invalid-key'));
  expect(() => detector.stream({ windowSeconds: Number.NaN })).toThrow(refusal('invalid-option'));
  const stream = detector.stream();
  stream.push({ ...still, timestampMs: 10 });
  expect(() => stream.push({ ...still, timestampMs: 9 })).toThrow(refusal('invalid-frames'));
});
