import { expect, test } from 'vitest';
import { createDetector } from './detector.js';
import { MAX_FALSE_POSITIVE_LOG10 } from './format.js';
import { FOREIGN_KEY, sceneClip, TEST_KEY } from './testing/marked-scene.js';
import { createKeyTrials } from './trials.js';

const size = { width: 640, height: 360 };
const frames = sceneClip({ ...size, seed: 11, frames: 3, marked: true });
const { geometry, statistics } = createDetector({ key: TEST_KEY }).detect(frames);
if (geometry === null) throw new Error('the scene was not read');

test('a window is read under every key, each in its place, with the statistics of a detection', () => {
  const [foreign, own] = createKeyTrials([FOREIGN_KEY, TEST_KEY]).read(frames, geometry);
  expect(own?.accepted).toBe(true);
  expect(own?.confidenceLog10).toBeLessThan(-20);
  expect(own?.pilotZ).toBeCloseTo(statistics.pilotZ, 3);
  expect(own?.clearestZ).toBeCloseTo(statistics.payloadZ, 3);
  expect(foreign?.accepted).toBe(false);
  expect(foreign?.confidenceLog10).toBeGreaterThan(MAX_FALSE_POSITIVE_LOG10);
});

test('what chance comes to is told though nothing is accepted', () => {
  const unmarked = sceneClip({ ...size, seed: 12, frames: 1, marked: false });
  const keys = Array.from({ length: 20 }, (_, i) => new Uint8Array(32).fill(100 + i));
  const trials = createKeyTrials(keys).read(unmarked, geometry);
  expect(trials.filter(({ accepted }) => accepted)).toEqual([]);
  // The likeliest of 2^60 words correlates by chance alone; unit-variance pilots do not.
  for (const { clearestZ } of trials) expect(clearestZ).toBeGreaterThan(3);
  const energy = trials.reduce((sum, { pilotZ }) => sum + pilotZ ** 2, 0) / trials.length;
  expect(energy).toBeGreaterThan(0.3);
  expect(energy).toBeLessThan(3);
});

test('frames of another size than the geometry are refused', () => {
  const wrong = sceneClip({ width: 320, height: 180, seed: 1, frames: 1, marked: false });
  expect(() => createKeyTrials([TEST_KEY]).read(wrong, geometry)).toThrow(
    expect.objectContaining({ code: 'invalid-geometry' }),
  );
});
