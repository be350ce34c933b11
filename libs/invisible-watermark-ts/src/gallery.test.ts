import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { createDetector } from './detector.js';
import { createEmbedder } from './embedder.js';
import { rectify } from './rectify.js';
import { type Channel, quality, realTime, type RunFfmpeg, sendThrough } from './testing/channel.js';
import { asFrame, epochAt, sceneClip, TEST_CHAIN, TEST_KEY } from './testing/marked-scene.js';
import type { TimedLumaFrame } from './detector-stream.js';
import type { Detection, Outline } from './types.js';

const WIDTH = 1280;
const HEIGHT = 720;
const FRAMES = 6;
const run: RunFfmpeg = (args, input) => {
  const result = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args], { input, maxBuffer: 2 ** 30 });
  if (result.status !== 0) throw new Error(`ffmpeg failed: ${result.stderr.toString()}`);
  return result.stdout;
};
// Needs ffmpeg with libx264 on the PATH (the root bootstrap installs it).
const probe = spawnSync('ffmpeg', ['-hide_banner', '-encoders'], { encoding: 'utf8' });
const hasFfmpeg = probe.status === 0 && probe.stdout.includes('libx264');
const detector = createDetector({ key: TEST_KEY });

describe.skipIf(!hasFfmpeg)('several pictures in one frame (needs ffmpeg with libx264)', () => {
  test('four sessions of a 2×2 gallery at crf 28 are told apart, each in its place', () => {
    const gallery = canvas();
    for (let tile = 0; tile < 4; tile++)
      paste(gallery, markedScene(100 + tile), 2, (tile % 2) * 640, Math.floor(tile / 2) * 360);
    const found = detector.detectAll(throughCrf28(gallery));
    expect(sessionsOf(found)).toEqual([100, 101, 102, 103]);
    for (const { payload, region } of found) {
      const tile = (payload?.session ?? 0) - 100;
      expectAt(region, (tile % 2) * 640, Math.floor(tile / 2) * 360, 640, 360);
    }
  }, 180_000);

  test('one session twice in a frame counts twice, and each rectifies to what was marked', () => {
    const frames = canvas();
    const sent = markedScene(7);
    paste(frames, sent, 2, 100, 40);
    paste(frames, sent, 2, 620, 350);
    const received = throughCrf28(frames);
    const found = detector.detectAll(received);
    expect(sessionsOf(found)).toEqual([7, 7]);
    for (const { geometry } of found) {
      if (geometry === null) throw new Error('no geometry');
      const picture = rectify(received[0] ?? never(), geometry);
      expect(correlation(picture, sent[0] ?? never())).toBeGreaterThan(0.85);
    }
  }, 180_000);

  test('a picture in picture of a fifth of the width is found beside an unmarked one', () => {
    const frames = sceneClip({ width: WIDTH, height: HEIGHT, seed: 40, frames: FRAMES, marked: false });
    paste(frames, markedScene(9), 5, 1000, 552);
    const [only, ...others] = detector.detectAll(
      through(frames, { codec: quality(16), width: WIDTH, height: HEIGHT }),
    );
    expect(others).toEqual([]);
    expect(only?.payload?.session).toBe(9);
    expectAt(only?.region ?? null, 1000, 552, 256, 144);
  }, 180_000);

  test('two generations of compression are survived', () => {
    const once = through(markedScene(11), { codec: realTime(600), width: WIDTH, height: HEIGHT });
    const twice = through(once, {
      filter: 'scale=640:360',
      codec: realTime(300),
      width: 640,
      height: 360,
    });
    expect(detector.detect(twice).payload?.session).toBe(11);
  }, 180_000);

  test('a stream reports every picture of a gallery and keeps to what it knows', () => {
    const gallery = canvas();
    for (const [index, session] of [20, 21].entries())
      paste(gallery, markedScene(session), 2, 640 * index, 180);
    const stream = detector.stream({ windowSeconds: 0.2, framesPerSecond: 30, limit: 4 });
    const windows = [...throughCrf28(gallery), ...throughCrf28(gallery)]
      .map((frame, index) => stream.push({ ...frame, timestampMs: index * 34 }))
      .concat(stream.finish())
      .filter((window) => window !== null);
    expect(windows).toHaveLength(2);
    for (const window of windows) {
      expect(sessionsOf(window.pictures)).toEqual([20, 21]);
      expect(window.payload).toEqual(window.pictures[0]?.payload);
    }
  }, 180_000);
});

test('no more pictures than asked for', () => {
  const frames = canvas();
  paste(frames, markedScene(1), 2, 0, 0);
  paste(frames, markedScene(2), 2, 640, 360);
  expect(detector.detectAll(frames.slice(0, 1), { limit: 1 })).toHaveLength(1);
}, 180_000);

const scenes = new Map<number, TimedLumaFrame[]>();

/** A 720p scene marked with a session, made once. */
function markedScene(session: number): TimedLumaFrame[] {
  const known = scenes.get(session);
  if (known !== undefined) return known;
  const clip = sceneClip({ width: WIDTH, height: HEIGHT, seed: session, frames: FRAMES, marked: false });
  const embedder = createEmbedder({
    key: TEST_KEY,
    session,
    epochKey: (epoch) => TEST_CHAIN.keyOf(epoch),
    width: WIDTH,
    height: HEIGHT,
  });
  for (const { luma, stride, timestampMs } of clip)
    embedder.embed(luma, stride, epochAt(timestampMs), timestampMs);
  scenes.set(session, clip);
  return clip;
}

function canvas(): TimedLumaFrame[] {
  return Array.from({ length: FRAMES }, (_, index) =>
    asFrame(new Uint8Array(WIDTH * HEIGHT).fill(40), WIDTH, HEIGHT, index),
  );
}

/** Shrinks a clip by a whole factor (area means) and lays it over another. */
function paste(
  onto: readonly TimedLumaFrame[],
  clip: readonly TimedLumaFrame[],
  by: number,
  left: number,
  top: number,
): void {
  onto.forEach((frame, index) => {
    const source = clip[index] ?? never();
    for (let y = 0; y < HEIGHT / by; y++)
      for (let x = 0; x < WIDTH / by; x++) {
        let sum = 0;
        for (let v = 0; v < by; v++)
          for (let u = 0; u < by; u++) sum += source.luma[(y * by + v) * source.stride + x * by + u] ?? 0;
        frame.luma[(top + y) * frame.stride + left + x] = Math.round(sum / (by * by));
      }
  });
}

function through(frames: readonly TimedLumaFrame[], channel: Channel): TimedLumaFrame[] {
  return sendThrough(run, frames, channel);
}

function throughCrf28(frames: readonly TimedLumaFrame[]): TimedLumaFrame[] {
  return through(frames, { codec: quality(28), width: WIDTH, height: HEIGHT });
}

function sessionsOf(found: readonly Detection[]): number[] {
  return found.map(({ payload }) => payload?.session ?? -1).sort((a, b) => a - b);
}

/** The picture's top left and bottom right, to within a few pixels. */
function expectAt(region: Outline | null, left: number, top: number, width: number, height: number): void {
  if (region === null) throw new Error('no region');
  const [topLeft, , bottomRight] = region;
  const off = Math.max(
    Math.abs(topLeft.x - left),
    Math.abs(topLeft.y - top),
    Math.abs(bottomRight.x - left - width),
    Math.abs(bottomRight.y - top - height),
  );
  expect(off).toBeLessThan(4);
}

/** Correlation of a rectified 640×360 picture with every second pixel of the sent one. */
function correlation(picture: { luma: Uint8Array; width: number }, sent: TimedLumaFrame): number {
  const pairs = Array.from(picture.luma, (a, i) => {
    const [x, y] = [i % picture.width, Math.floor(i / picture.width)];
    return [a, sent.luma[2 * y * sent.stride + 2 * x] ?? 0] as const;
  });
  const mean = (pick: (pair: readonly [number, number]) => number) =>
    pairs.reduce((sum, pair) => sum + pick(pair), 0) / pairs.length;
  const [a, b] = [mean(([value]) => value), mean(([, value]) => value)];
  const product = mean(([p, q]) => (p - a) * (q - b));
  return product / Math.sqrt(mean(([p]) => (p - a) ** 2) * mean(([, q]) => (q - b) ** 2));
}

function never(): never {
  throw new Error('missing');
}
