import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseFit, chooseWorkSize } from './work-size.js';

const size = (width: number, height: number) => ({ width, height });

describe('the working size', () => {
  it.each([
    [size(1280, 720), size(1280, 720)],
    [size(401, 301), size(402, 302)],
    [size(3840, 2160), size(1920, 1080)],
    [size(7680, 4320), size(1920, 1080)],
    [size(720, 1280), size(608, 1080)],
    [size(160, 120), size(320, 240)],
  ])('of %o is %o', (display, expected) => {
    expect(chooseWorkSize(display)).toEqual(expected);
  });

  it('is even and within 1920×1080 for any picture', () => {
    const side = fc.integer({ min: 16, max: 8192 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const chosen = chooseWorkSize({ width, height });
        for (const value of [chosen.width, chosen.height]) expect(value % 2 === 0 && value >= 2).toBe(true);
        expect(chosen.width <= 1920 && chosen.height <= 1080).toBe(true);
      }),
    );
  });
});

describe('the fit', () => {
  it('fills 16:9 from 4:3, and puts bars beside an upright recording', () => {
    expect(chooseFit(size(400, 300), size(1280, 720))).toBe('cover');
    expect(chooseFit(size(1280, 720), size(960, 720))).toBe('cover');
    expect(chooseFit(size(720, 1280), size(1280, 720))).toBe('contain');
  });
});
