import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chromaOf, i420ToRgb, lumaOf, rgbOf, rgbToI420, toByte } from './colour.js';
import { copyI420, createI420, i420Bytes, planesOf } from './i420.js';

/** Rounded code values of the BT.709 colour bars at 100 %, as tabulated in ITU-R BT.709 / SMPTE RP 177. */
const BARS: readonly (readonly [
  string,
  readonly [number, number, number],
  readonly [number, number, number],
])[] = [
  ['white', [255, 255, 255], [235, 128, 128]],
  ['yellow', [255, 255, 0], [219, 16, 138]],
  ['cyan', [0, 255, 255], [188, 154, 16]],
  ['green', [0, 255, 0], [173, 42, 26]],
  ['magenta', [255, 0, 255], [78, 214, 230]],
  ['red', [255, 0, 0], [63, 102, 240]],
  ['blue', [0, 0, 255], [32, 240, 118]],
  ['black', [0, 0, 0], [16, 128, 128]],
];

describe('BT.709 limited range', () => {
  it.each(BARS)('maps %s to its code values and back', (_name, rgb, yuv) => {
    const [r, g, b] = rgb;
    const [u, v] = chromaOf(r, g, b);
    const luma = lumaOf(r, g, b);
    expect([luma, u, v].map(toByte)).toEqual(yuv);
    const back = rgbOf(luma, u, v);
    rgb.forEach((value, i) => {
      expect(back[i]).toBeCloseTo(value, 6);
    });
  });

  it('keeps flat pictures within two code values through I420', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        byte,
        byte,
        byte,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        (r, g, b, w, h) => {
          const data = new Uint8Array(w * h * 3).map((_, i) => [r, g, b][i % 3] ?? 0);
          const back = i420ToRgb(rgbToI420({ width: w, height: h, data }));
          expect(back.width).toBe(w);
          back.data.forEach((value, i) => {
            expect(Math.abs(value - (data[i] ?? 0))).toBeLessThanOrEqual(2);
          });
        },
      ),
    );
  });

  it('takes chroma from the mean of its four pixels', () => {
    const data = Uint8Array.of(255, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 255);
    const { u, v } = planesOf(rgbToI420({ width: 2, height: 2, data }));
    const [cu, cv] = chromaOf(127.5, 0, 127.5);
    expect([u[0], v[0]]).toEqual([toByte(cu), toByte(cv)]);
  });

  it('refuses data that does not fit its size', () => {
    expect(() => rgbToI420({ width: 2, height: 2, data: new Uint8Array(11) })).toThrow(RangeError);
    expect(() => planesOf({ width: 2, height: 2, data: new Uint8Array(5) })).toThrow(RangeError);
  });
});

describe('I420 frames', () => {
  it('have three planes that tile their data, odd sizes included', () => {
    const frame = createI420(5, 3, 1, 2, 3);
    expect(frame.data.length).toBe(i420Bytes(5, 3));
    const { y, u, v, chromaWidth, chromaHeight } = planesOf(frame);
    expect([y.length, u.length, v.length, chromaWidth, chromaHeight]).toEqual([15, 6, 6, 3, 2]);
    expect([...frame.data]).toEqual([
      ...Array<number>(15).fill(1),
      ...Array<number>(6).fill(2),
      ...Array<number>(6).fill(3),
    ]);
    u[0] = 9;
    expect(frame.data[15]).toBe(9);
    expect(copyI420(frame).data.buffer).not.toBe(frame.data.buffer);
  });

  it.each([0, -1, 1.5, 8193, NaN])('do not exist with a side of %d', (side) => {
    expect(() => createI420(side, 4)).toThrow(RangeError);
    expect(() => createI420(4, side)).toThrow(RangeError);
  });
});
