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

function run(frames: readonly number[]): number[] {
  const fields = fieldsOfOnePixel();
  return frames.map((epoch) => fields.next(epoch)[0] ?? 0);
}

test('at 30 frames a second an epoch takes over in six even steps', () => {
  const second = (epoch: number) => Array.from({ length: 30 }, () => epoch);
  expect(run([...second(0), ...second(1)]).slice(29, 37)).toEqual([0, 17, 33, 50, 67, 83, 100, 100]);
});

test('a slow stream and the first epoch switch at once', () => {
  expect(run([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1])).toEqual([100, 100, 100, 100, 0, 0, 0, 0, 0, 0, 100]);
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
    embedder.embed(marked, width, Math.floor(frame / 30));
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
