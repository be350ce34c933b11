import { expect, test } from 'vitest';
import { falsePositiveLog10, isAccepted } from './acceptance.js';
import { createDetector } from './detector.js';
import type { TimedLumaFrame } from './detector-stream.js';
import { CHIP_COUNT } from './format.js';
import { deriveLayers } from './layers.js';
import { PayloadReader } from './payload-reader.js';
import { FOREIGN_KEY, sceneClip, TEST_KEY } from './testing/marked-scene.js';
import { gaussian, randomNumbers } from './testing/natural-scene.js';

const detector = createDetector({ key: TEST_KEY });
const clip = sceneClip({ width: 640, height: 360, seed: 11, frames: 2, marked: true });
const [still] = clip;
if (still === undefined) throw new Error('no frame');

test('unmarked, foreign-key and featureless material is not found', () => {
  const foreign = createDetector({ key: FOREIGN_KEY });
  expect(foreign.detect(clip).found).toBe(false);
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

test('no false positive on unmarked and foreign material', () => {
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
}, 180_000);

test('pure noise decodes to nothing that could be accepted in 400 trials', () => {
  const reader = new PayloadReader(deriveLayers(TEST_KEY));
  const random = randomNumbers(5);
  const noise = Float32Array.from({ length: 2 * CHIP_COUNT }, () => gaussian(random));
  const strongest = Array.from(
    { length: 400 },
    (_, trial) => reader.read(noise.slice(trial * 137, trial * 137 + CHIP_COUNT))?.z ?? 0,
  ).reduce((most, z) => Math.max(most, z), 0);
  // Neither as the first place that is looked at nor, beside a pilot of chance, as the plain one.
  for (const fixedPlace of [1, null])
    expect(
      isAccepted(falsePositiveLog10({ payloadZ: strongest, pilotZ: 4, geometries: 1, fixedPlace })),
    ).toBe(false);
  // The best of all 2^60 words would reach √(2·60·ln 2) = 9.1 against noise; the decoder's list does not hold it.
  expect(strongest).toBeLessThan(8.9);
}, 120_000);

test('the whole search on an unmarked picture ends without an answer', () => {
  const [frame] = sceneClip({ width: 320, height: 180, seed: 200, frames: 1, marked: false });
  const found = detector.detect([frame ?? still], { search: 'rotated' });
  expect(found.found).toBe(false);
  expect(found.statistics.pilotZ).toBeLessThan(8);
}, 180_000);
