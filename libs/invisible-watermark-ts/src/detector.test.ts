import { expect, test } from 'vitest';
import { createDetector } from './detector.js';
import { EPOCH_TAG_MIN_Z } from './format.js';
import { FIRST_EPOCH, sceneClip, TEST_CHAIN, TEST_KEY, TEST_SESSION } from './testing/marked-scene.js';

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
});

test('a window in which one session follows another reads as one of them or none, never as a third', () => {
  const other = sceneClip({ width: 640, height: 360, seed: 11, frames: 30, marked: true, session: 5 }).filter(
    (_, i) => i % 5 === 0,
  );
  const sessionAfter = (own: number) =>
    detector.detect([...clip.slice(0, own), ...other.slice(own)], { search: 'aligned' }).payload?.session;
  expect(sessionAfter(6)).toBe(TEST_SESSION);
  expect(sessionAfter(5)).toBe(TEST_SESSION);
  expect(sessionAfter(1)).toBe(5);
  expect(sessionAfter(0)).toBe(5);
  for (const own of [2, 3, 4]) expect([TEST_SESSION, 5, undefined]).toContain(sessionAfter(own));
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

function never(): never {
  throw new Error('unreachable');
}
