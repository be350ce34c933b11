import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDetector } from './detector.js';
import type { DetectAllOptions, Geometry, LumaFrame, SearchReach } from './types.js';
import { sceneClip, TEST_KEY } from './testing/marked-scene.js';

const detector = createDetector({ key: TEST_KEY });
const [scene] = sceneClip({ width: 320, height: 180, seed: 3, frames: 1, marked: true });

function refusal(code: string): Error {
  return expect.objectContaining({ name: 'WatermarkError', code }) as Error;
}

function plane(width: number, height: number, value: (i: number) => number): LumaFrame {
  return {
    luma: Uint8Array.from({ length: width * height }, (_, i) => value(i)),
    width,
    height,
    stride: width,
  };
}

test.each<[string, LumaFrame]>([
  ['all black', plane(640, 360, () => 0)],
  ['all white', plane(640, 360, () => 255)],
  ['the smallest frame', plane(32, 32, (i) => (i * 37) % 256)],
  ['odd sides', plane(333, 187, (i) => (i * i) % 251)],
  ['a long strip', plane(2000, 32, (i) => (i * 7919) % 256)],
  ['an upright strip', plane(32, 2000, (i) => (i * 7919) % 256)],
  ['one hard edge', plane(640, 360, (i) => (i % 640 < 320 ? 16 : 235))],
  ['a checkerboard', plane(640, 360, (i) => (((i % 640) + Math.floor(i / 640)) % 2) * 255)],
])(
  '%s: a clear "nothing found"',
  (_, frame) => {
    const { found, region, confidenceLog10, statistics } = detector.detect([frame]);
    expect({ found, region, confidenceLog10 }).toEqual({ found: false, region: null, confidenceLog10: null });
    expect(Number.isFinite(statistics.pilotZ)).toBe(true);
    expect(detector.detectAll([frame], { search: 'aligned' })).toEqual([]);
  },
  60_000,
);

test.each([16, 31, 8193, 50_000, 0, -640, 640.5, Number.NaN, Infinity])(
  'a side of %d pixels is refused before anything is allocated',
  (side) => {
    const luma = new Uint8Array(64);
    for (const frame of [
      { luma, width: side, height: 64, stride: 64 },
      { luma, width: 64, height: side, stride: 64 },
      { luma, width: side, height: side, stride: side },
    ])
      expect(() => detector.detect([frame])).toThrow(refusal('invalid-size'));
  },
);

test('a stride or a plane that does not fit is refused', () => {
  const frame = plane(64, 64, () => 100);
  for (const stride of [63, 64.5, Number.NaN, -64, 65, Infinity])
    expect(() => detector.detect([{ ...frame, stride }])).toThrow(refusal('invalid-stride'));
});

test('options that make no sense are refused', () => {
  if (scene === undefined) throw new Error('no frame');
  const geometry = (value: number): Geometry => ({
    width: 320,
    height: 180,
    toFrame: [value, 0, 0, 0, 1, 0],
  });
  const detectAll = (options: DetectAllOptions) => () => detector.detectAll([scene], options);
  expect(detectAll({ search: JSON.parse('"sideways"') as SearchReach })).toThrow(refusal('invalid-option'));
  expect(detectAll({ hint: geometry(Number.NaN) })).toThrow(refusal('invalid-geometry'));
  expect(detectAll({ hints: new Array<Geometry>(50).fill(geometry(1)) })).toThrow(refusal('invalid-option'));
  expect(detectAll({ hints: [geometry(0)] })).toThrow(refusal('invalid-geometry'));
  for (const count of [0, -1, 1.5, Number.NaN, Infinity, 20_000]) {
    expect(detectAll({ limit: count }), `limit ${String(count)}`).toThrow(refusal('invalid-option'));
    expect(() => detector.stream({ limit: count })).toThrow(refusal('invalid-option'));
    expect(() => detector.stream({ searchEvery: count })).toThrow(refusal('invalid-option'));
  }
  expect(() => detector.stream({ windowSeconds: Number.NaN })).toThrow(refusal('invalid-option'));
  expect(() => detector.stream({ framesPerSecond: Infinity })).toThrow(refusal('invalid-option'));
  const stream = detector.stream();
  for (const timestampMs of [Number.NaN, Infinity])
    expect(() => stream.push({ ...scene, timestampMs })).toThrow(refusal('invalid-frames'));
  expect(stream.finish()).toBeNull();
});

test('any finite hint is either refused or answered', () => {
  if (scene === undefined) throw new Error('no frame');
  const number = fc.double({ min: -400, max: 400, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(number, number, number, number, number, number), (toFrame) => {
      const hint: Geometry = { width: 320, height: 180, toFrame };
      try {
        const { found, payload } = detector.detect([scene], { hint, search: 'aligned' });
        expect(found).toBe(payload !== null);
      } catch (error) {
        expect(error).toEqual(refusal('invalid-geometry'));
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);

test('keys, windows and geometries that do not fit are refused', () => {
  if (scene === undefined) throw new Error('no frame');
  const geometry: Geometry = { width: 320, height: 180, toFrame: [0.25, 0, 0, 0, 0.25, 0] };
  const key = new Uint8Array(32);
  const verify = (wrong: Partial<Geometry>, epochKey = key) => {
    return () => detector.verifyEpoch([scene], { ...geometry, ...wrong }, epochKey);
  };
  expect(() => createDetector({ key: new Uint8Array(3) })).toThrow(refusal('invalid-key'));
  expect(() => detector.detect([])).toThrow(refusal('invalid-frames'));
  expect(() => detector.detect([scene, { ...scene, width: 318 }])).toThrow(refusal('invalid-frames'));
  expect(() => detector.detect([{ ...scene, timestampMs: Number.NaN }])).toThrow(refusal('invalid-frames'));
  expect(verify({ toFrame: [Number.NaN, 0, 0, 0, 1, 0] })).toThrow(refusal('invalid-geometry'));
  expect(verify({ toFrame: [1, 1, 0, 1, 1, 0] })).toThrow(refusal('invalid-geometry'));
  expect(verify({ width: 1280 })).toThrow(refusal('invalid-geometry'));
  expect(verify({}, new Uint8Array(4))).toThrow(refusal('invalid-key'));
  const stream = detector.stream();
  stream.push({ ...scene, timestampMs: 10 });
  expect(() => stream.push({ ...scene, timestampMs: 9 })).toThrow(refusal('invalid-frames'));
});
