import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createI420, planesOf } from './i420.js';
import { cropI420, scaleI420, scalePlane } from './scale.js';

const side = fc.integer({ min: 1, max: 40 });

describe('scaling', () => {
  it('keeps a flat plane flat, whatever the sizes', () => {
    fc.assert(
      fc.property(side, side, side, side, fc.integer({ min: 0, max: 255 }), (w, h, tw, th, value) => {
        const out = scalePlane(new Uint8Array(w * h).fill(value), w, h, tw, th);
        expect(out.length).toBe(tw * th);
        expect(out.every((v) => v === value)).toBe(true);
      }),
    );
  });

  it('keeps the mean when it reduces: no line is skipped', () => {
    const stripes = new Uint8Array(64 * 64).map((_, i) => (i % 2 === 0 ? 200 : 50));
    for (const value of scalePlane(stripes, 64, 64, 8, 8).slice(9, 15))
      expect(Math.abs(value - 125)).toBeLessThanOrEqual(10);
  });

  it('keeps a ramp a ramp when it enlarges', () => {
    const ramp = new Uint8Array(16).map((_, i) => i * 16);
    const out = scalePlane(ramp, 16, 1, 64, 1);
    for (let i = 8; i < 56; i++) expect(out[i]).toBeCloseTo(((i + 0.5) / 4 - 0.5) * 16, -0.5);
  });

  it('copies at equal size and never hands out its input', () => {
    const plane = Uint8Array.of(1, 2, 3, 4);
    const out = scalePlane(plane, 2, 2, 2, 2);
    expect([...out]).toEqual([1, 2, 3, 4]);
    out[0] = 9;
    expect(plane[0]).toBe(1);
  });

  it('scales all three planes', () => {
    const out = scaleI420(createI420(9, 7, 100, 90, 160), 4, 5);
    const { y, u, v } = planesOf(out);
    expect([out.width, out.height, y[0], u[0], v[5]]).toEqual([4, 5, 100, 90, 160]);
  });
});

describe('cropping', () => {
  it('cuts at even corners and keeps luma and chroma together', () => {
    const frame = createI420(8, 8);
    const planes = planesOf(frame);
    planes.y.forEach((_, i) => (planes.y[i] = i));
    planes.u.forEach((_, i) => (planes.u[i] = 100 + i));
    const out = cropI420(frame, { x: 3, y: 5, width: 4, height: 2 });
    expect([out.width, out.height]).toEqual([5, 3]);
    expect(planesOf(out).y[0]).toBe(4 * 8 + 2);
    expect(planesOf(out).u[0]).toBe(100 + 2 * 4 + 1);
  });

  it('stays within the frame for any rectangle, or refuses', () => {
    const any = fc.integer({ min: -20, max: 30 });
    fc.assert(
      fc.property(any, any, any, any, (x, y, width, height) => {
        const frame = createI420(11, 9);
        const box = { x, y, width, height };
        const touches = x < 11 && y < 9 && x + width > 0 && y + height > 0 && width > 0 && height > 0;
        if (!touches) expect(() => cropI420(frame, box)).toThrow(RangeError);
        else expect(cropI420(frame, box).width).toBeLessThanOrEqual(11);
      }),
    );
  });
});
