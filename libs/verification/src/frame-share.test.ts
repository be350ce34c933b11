import type { LumaFrame } from 'invisible-watermark-ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '@guise/testing';
import { shareOf } from './frame-share.js';
import { placed, WHOLE } from './testing/observations.js';

const WIDTH = 320;
const HEIGHT = 180;
const noise = createSeededRandom('frame')(WIDTH * HEIGHT);

/** Noise in a box, and one brightness around it. */
function framed(box: { left: number; top: number; right: number; bottom: number }, bar = 16): LumaFrame {
  const luma = new Uint8Array(WIDTH * HEIGHT).fill(bar);
  for (let y = box.top; y < box.bottom; y += 1)
    for (let x = box.left; x < box.right; x += 1) luma[y * WIDTH + x] = noise[y * WIDTH + x] ?? 0;
  return { luma, width: WIDTH, height: HEIGHT, stride: WIDTH };
}
const whole = framed({ left: 0, top: 0, right: WIDTH, bottom: HEIGHT });

describe('the share of a frame that marked pictures fill', () => {
  it('is what they cover of it, together and counted once', () => {
    expect(shareOf(whole, [WHOLE])).toBe(1);
    expect(shareOf(whole, [placed(0.25, 0.25, 0.5, 0.5)])).toBeCloseTo(0.25, 1);
    expect(shareOf(whole, [placed(0, 0, 0.5, 1), placed(0.25, 0, 0.5, 1)])).toBeCloseTo(0.75, 2);
    expect(shareOf(whole, [])).toBe(0);
  });

  it('is all of it for a crop, and does not depend on mirroring', () => {
    const [a, b, c, d] = placed(-0.4, -0.2, 1.7, 1.9);
    expect(shareOf(whole, [[a, b, c, d]])).toBe(1);
    expect(shareOf(whole, [[b, a, d, c]])).toBe(1);
  });

  it('is nothing for an outline without area, turned inside out or not', () => {
    const point = { x: 0.5, y: 0.5 };
    expect(shareOf(whole, [[point, point, point, point]])).toBe(0);
    expect(shareOf(whole, [placed(0, 0, 1, 0)])).toBe(0);
  });

  it.each([
    ['above and below', { left: 0, top: 30, right: WIDTH, bottom: 150 }],
    ['beside it', { left: 60, top: 0, right: 260, bottom: HEIGHT }],
    ['all around', { left: 40, top: 20, right: 300, bottom: 160 }],
  ])('leaves uniform bars %s out', (_, box) => {
    const { left, top, right, bottom } = box;
    const region = placed(left / WIDTH, top / HEIGHT, (right - left) / WIDTH, (bottom - top) / HEIGHT);
    for (const bar of [0, 16, 130, 255]) expect(shareOf(framed(box, bar), [region])).toBe(1);
    const noisy = framed(box, 40);
    noisy.luma.forEach((value, i) => (noisy.luma[i] = value === 40 ? 38 + ((noise[i] ?? 0) % 5) : value));
    expect(shareOf(noisy, [region])).toBe(1);
  });

  it('counts a bar that shows something', () => {
    const box = { left: 0, top: 60, right: WIDTH, bottom: HEIGHT };
    const region = placed(0, 60 / HEIGHT, 1, 120 / HEIGHT);
    const written = framed(box);
    for (let x = 100; x < 220; x += 2) written.luma[30 * WIDTH + x] = 120;
    expect(shareOf(framed(box), [region])).toBe(1);
    expect(shareOf(written, [region])).toBeLessThan(0.85);
  });

  it('is whole for a frame of one brightness, which shows nothing', () => {
    expect(shareOf(framed({ left: 0, top: 0, right: 0, bottom: 0 }), [placed(0, 0, 0.1, 0.1)])).toBe(1);
  });

  it('stays between nothing and all, and grows with every picture', () => {
    const side = fc.double({ min: -1, max: 2, noNaN: true });
    const place = fc.record({ x: side, y: side });
    const outline = fc.tuple(place, place, place, place);
    fc.assert(
      fc.property(outline, outline, (a, b) => {
        const one = shareOf(whole, [a]);
        const both = shareOf(whole, [a, b]);
        expect(one).toBeGreaterThanOrEqual(0);
        expect(both).toBeGreaterThanOrEqual(one);
        expect(both).toBeLessThanOrEqual(1);
      }),
    );
  });
});
