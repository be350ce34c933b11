import { createI420, planesOf, scaleI420, type I420Frame } from '@guise/frame';
import { createSeededRandom } from '@guise/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canBeHalved, doubleInto, halfOf, halveInto } from './half-size.js';

function noise(width: number, height: number, seed: string): I420Frame {
  const frame = createI420(width, height);
  frame.data.set(createSeededRandom(seed)(frame.data.length));
  return frame;
}

const sides = fc.integer({ min: 1, max: 9 }).map((quarter) => quarter * 4);

describe('half size', () => {
  it('enlarges as the plain scaler does, within rounding', () => {
    fc.assert(
      fc.property(sides, sides, fc.string(), (width, height, seed) => {
        const half = noise(width / 2, height / 2, seed);
        const whole = createI420(width, height);
        doubleInto(half, whole);
        const expected = scaleI420(half, width, height);
        const worst = whole.data.reduce(
          (max, v, i) => Math.max(max, Math.abs(v - (expected.data[i] ?? 0))),
          0,
        );
        expect(worst).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('halves to the means of four samples', () => {
    fc.assert(
      fc.property(sides, sides, fc.string(), (width, height, seed) => {
        const whole = noise(width, height, seed);
        const half = halfOf(whole);
        halveInto(whole, half);
        const [from, to] = [planesOf(whole), planesOf(half)];
        for (const [plane, small, stride, w] of [
          [from.y, to.y, width, width / 2],
          [from.u, to.u, from.chromaWidth, to.chromaWidth],
          [from.v, to.v, from.chromaWidth, to.chromaWidth],
        ] as const) {
          small.forEach((value, k) => {
            const i = 2 * Math.floor(k / w) * stride + 2 * (k % w);
            const four = [plane[i], plane[i + 1], plane[i + stride], plane[i + stride + 1]];
            expect(value).toBe(Math.round(four.reduce<number>((sum, v) => sum + (v ?? 0), 0) / 4));
          });
        }
      }),
    );
  });

  it('is for pictures whose chroma can be halved too', () => {
    expect([1280, 642, 644].map((width) => canBeHalved({ width, height: 360 }))).toEqual([true, false, true]);
  });
});
