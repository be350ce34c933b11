import { expect, test } from 'vitest';
import { createEmbedder } from './embedder.js';
import { EpochFields } from './epoch-fields.js';
import { TEST_CHAIN, TEST_KEY } from './testing/marked-scene.js';
import { naturalScene } from './testing/natural-scene.js';

/** Fields of one pixel: epoch e draws 100·e, so that a blend shows its weight. */
function fieldsOfOnePixel(): EpochFields {
  return new EpochFields(
    1,
    (epoch, out) => out.fill(epoch % 2 === 0 ? 0 : 100),
    (from, to, weight, out) =>
      out.fill(Math.round((from[0] ?? 0) + (((to[0] ?? 0) - (from[0] ?? 0)) * weight) / 32_768)),
  );
}

/** Values of the frames of one second after another, each at its own frame rate: epoch 0, 1, … */
function secondsAt(...rates: readonly number[]): number[][] {
  const fields = fieldsOfOnePixel();
  return rates.map((rate, epoch) =>
    Array.from(
      { length: rate },
      (_, frame) => fields.next(epoch, 1000 * epoch + (1000 * frame) / rate)[0] ?? 0,
    ),
  );
}

test('at 30 frames a second an epoch takes over in six even steps', () => {
  expect(secondsAt(30, 30)[1]?.slice(0, 8)).toEqual([17, 33, 50, 67, 83, 100, 100, 100]);
});

test.each([
  { rates: [30, 5], steps: [17, 100, 100, 100] },
  { rates: [5, 30], steps: [100, 100, 100, 100] },
  { rates: [60, 24], steps: [8, 29, 50, 71, 92, 100] },
  { rates: [10, 10], steps: [50, 100, 100] },
  { rates: [4, 4], steps: [100, 100] },
])('frame rates $rates: an epoch has taken over 0.2 s after the one before', ({ rates, steps }) => {
  expect(secondsAt(...rates)[1]?.slice(0, steps.length)).toEqual(steps);
});

test('a clock that stands still, runs back or is very fine holds no epoch up for more than twelve frames', () => {
  for (const step of [0, -50, 1]) {
    const fields = fieldsOfOnePixel();
    fields.next(0, 500);
    const values = Array.from({ length: 13 }, (_, i) => fields.next(1, 500 + step * i)[0] ?? 0);
    expect(values[5]).toBe(50);
    expect(values.slice(11)).toEqual([100, 100]);
  }
});

test('the first epoch, one after a pause and one without a clock begin at once', () => {
  const fields = fieldsOfOnePixel();
  const value = (epoch: number, timestampMs: number | null) => fields.next(epoch, timestampMs)[0];
  expect(value(1, 0)).toBe(100);
  expect(value(4, 3000)).toBe(0);
  expect(value(5, null)).toBe(100);
  expect(value(6, 3100)).toBe(0);
});

test('a static picture at 42 dB never jumps: 99.8 % of its pixels change by at most one code value a frame', () => {
  const [width, height] = [640, 360];
  const picture = naturalScene({ width, height, seed: 3, noise: 8 }).frame(0);
  const embedder = createEmbedder({
    key: TEST_KEY,
    session: 5,
    epochKey: (epoch) => TEST_CHAIN.keyOf(epoch),
    width,
    height,
  });
  let before: Uint8Array | null = null;
  for (let frame = 0; frame < 75; frame++) {
    const marked = picture.slice();
    embedder.embed(marked, width, Math.floor(frame / 30), (1000 * frame) / 30);
    // the gain settles in the first frames
    if (before !== null && frame > 25) {
      const changes = changesBetween(before, marked);
      expect(Math.max(...changes.keys())).toBeLessThanOrEqual(2);
      expect((changes.get(2) ?? 0) / marked.length).toBeLessThan(0.002);
    }
    before = marked;
  }
});

/** How many pixels change by how much. */
function changesBetween(a: Uint8Array, b: Uint8Array): Map<number, number> {
  const counts = new Map<number, number>();
  a.forEach((value, i) => {
    const change = Math.abs(value - (b[i] ?? 0));
    counts.set(change, (counts.get(change) ?? 0) + 1);
  });
  return counts;
}
