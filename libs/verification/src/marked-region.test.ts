import { rectify, type Geometry } from 'invisible-watermark-ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparedShare, geometryOf, receivedTiles, regionOf } from './marked-region.js';
import { placed, tiles, WHOLE } from './testing/observations.js';

const size = fc.record({
  width: fc.integer({ min: 64, max: 1920 }),
  height: fc.integer({ min: 64, max: 1920 }),
});
/** A frame as it was marked, received as it is: the grid covers it (docs/spec/watermark.md §2). */
const untouched = ({ width, height }: { width: number; height: number }): Geometry => {
  const [x, y] = [(width - 1) / 2, (height - 1) / 2];
  if (height > width) {
    const s = Math.max(height / 1280, width / 720);
    return { width, height, toFrame: [0, s, x - s * 359.5, s, 0, y - s * 639.5] };
  }
  const s = Math.max(width / 1280, height / 720);
  return { width, height, toFrame: [s, 0, x - s * 639.5, 0, s, y - s * 359.5] };
};

describe('the place of a marked picture', () => {
  it('is the whole frame where nothing was done to it, whatever its shape', () => {
    fc.assert(
      fc.property(size, (frame) => {
        const region = regionOf(untouched(frame), frame);
        region.forEach(({ x, y }, i) => {
          expect(x).toBeCloseTo(WHOLE[i]?.x ?? Number.NaN, 9);
          expect(y).toBeCloseTo(WHOLE[i]?.y ?? Number.NaN, 9);
        });
      }),
    );
  });

  it('is enough to undo what was done to it', () => {
    const by = fc.double({ min: 0.4, max: 2, noNaN: true });
    const off = fc.double({ min: -300, max: 300, noNaN: true });
    const map = fc.record({
      a: by,
      e: by,
      c: off,
      f: off,
      turn: fc.double({ min: -0.05, max: 0.05, noNaN: true }),
    });
    fc.assert(
      fc.property(size, size, map, fc.boolean(), (marked, frame, { a, e, c, f, turn }, mirrored) => {
        const toFrame = [mirrored ? -a : a, turn, c, turn, e, f] as const;
        const geometry = { ...frame, toFrame };
        const again = geometryOf(regionOf(geometry, marked), marked, frame);
        again?.toFrame.forEach((value, i) => {
          expect(value).toBeCloseTo(toFrame[i] ?? Number.NaN, 6);
        });
        expect(again).not.toBeNull();
      }),
    );
  });

  it('gives a geometry that the library takes, and none where it has no area', () => {
    const [frame, marked] = [
      { width: 640, height: 360 },
      { width: 480, height: 360 },
    ];
    const geometry = geometryOf(WHOLE, marked, frame);
    const luma = new Uint8Array(640 * 360).fill(90);
    if (geometry === null) throw new Error('the whole frame has an area');
    const { visible } = rectify({ luma, ...frame, stride: 640 }, geometry, marked);
    expect(visible.every(Boolean)).toBe(true);
    const [a, b] = WHOLE;
    expect(geometryOf([a, b, b, a], marked, frame)).toBeNull();
  });
});

describe('the share of a received picture that is compared', () => {
  /** Tiles of a picture of which only columns and rows from … to … are whole. */
  const wholeTiles = (from: number, to: number, top: number, bottom: number) =>
    tiles(1).map((distance, i) =>
      i % 4 >= from && i % 4 < to && Math.floor(i / 4) >= top && Math.floor(i / 4) < bottom ? distance : null,
    );

  it('is all of a whole picture, and falls with every side of which a strip is cut', () => {
    const cut = 0.02;
    const region = (left: number, top: number, right: number, bottom: number) => {
      const [width, height] = [1 - left - right, 1 - top - bottom];
      return placed(-left / width, -top / height, 1 / width, 1 / height);
    };
    expect(comparedShare(receivedTiles(WHOLE), tiles(1))).toBe(1);
    expect(comparedShare(receivedTiles(region(cut, 0, 0, 0)), wholeTiles(1, 4, 0, 4))).toBeCloseTo(0.77, 1);
    expect(comparedShare(receivedTiles(region(cut, cut, 0, 0)), wholeTiles(1, 4, 1, 4))).toBeCloseTo(0.58, 1);
    expect(comparedShare(receivedTiles(region(cut, cut, cut, 0)), wholeTiles(1, 3, 1, 4))).toBeLessThan(0.5);
    expect(comparedShare(receivedTiles(region(cut, cut, cut, cut)), wholeTiles(1, 3, 1, 3))).toBeLessThan(
      0.3,
    );
  });

  it('is all of a single tile where that is all that was received, and nothing of a picture elsewhere', () => {
    expect(comparedShare(receivedTiles(placed(-1, -1, 4, 4)), wholeTiles(1, 2, 1, 2))).toBe(1);
    expect(comparedShare(receivedTiles(placed(2, 2, 1, 1)), tiles(1))).toBe(0);
  });
});
