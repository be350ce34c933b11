import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FULL_RANGE_ANCHORS, SHORT_RANGE_ANCHORS } from './anchors.js';
import { blendDetections, decodeDetections, overlap, type Detection } from './decode.js';

const face = (x: number, score: number, size = 0.2): Detection => ({
  score,
  x,
  y: 0.3,
  width: size,
  height: size,
  keypoints: Array.from({ length: 6 }, () => [x, 0.3] as const),
});

describe('anchors', () => {
  it('are as many as the networks have outputs', () => {
    expect(SHORT_RANGE_ANCHORS.length).toBe(896 * 2);
    expect(FULL_RANGE_ANCHORS.length).toBe(2304 * 2);
  });

  it('lie in row order, two per cell of the fine grid and then six per cell of the coarse one', () => {
    const at = (i: number): number[] => [...SHORT_RANGE_ANCHORS.subarray(2 * i, 2 * i + 2)];
    expect([at(0), at(1), at(2)]).toEqual([
      [1 / 32, 1 / 32],
      [1 / 32, 1 / 32],
      [3 / 32, 1 / 32],
    ]);
    expect(at(512)).toEqual([1 / 16, 1 / 16]);
    expect(at(895)).toEqual([15 / 16, 15 / 16]);
  });
});

describe('decodeDetections', () => {
  it('reads centre, size and keypoints relative to the anchor, above the threshold only', () => {
    const anchors = Float32Array.from([0.25, 0.25, 0.75, 0.5]);
    const regressors = new Float32Array(32);
    regressors.set([10, -10, 20, 40, 5, 6], 16);
    const found = decodeDetections(regressors, Float32Array.from([-1, 3]), anchors, 100, 0.5);
    expect(found).toHaveLength(1);
    expect(found[0]?.score).toBeCloseTo(1 / (1 + Math.exp(-3)));
    expect(found[0]?.x).toBeCloseTo(0.75 + 0.1 - 0.1);
    expect(found[0]?.y).toBeCloseTo(0.5 - 0.1 - 0.2);
    expect(found[0]?.keypoints[0]?.[0]).toBeCloseTo(0.8);
    expect(found[0]?.keypoints[0]?.[1]).toBeCloseTo(0.56);
  });

  it('takes no detection from NaN logits', () => {
    const nan = new Float32Array(2304).fill(NaN);
    expect(decodeDetections(new Float32Array(2304 * 16), nan, FULL_RANGE_ANCHORS, 192, 0.5)).toEqual([]);
  });
});

describe('blendDetections', () => {
  it('makes one face of overlapping candidates, weighted by score', () => {
    const [only, ...more] = blendDetections([face(0.3, 0.9), face(0.32, 0.3)]);
    expect(more).toEqual([]);
    expect(only?.x).toBeCloseTo((0.3 * 0.9 + 0.32 * 0.3) / 1.2);
    expect(only?.score).toBe(0.9);
  });

  it('leaves no two overlapping faces of equal size and loses no lone one', () => {
    const candidates = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0.5, max: 1, noNaN: true })),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(candidates, (list) => {
        const faces = list.map(([x, score]) => face(x, score));
        const blended = blendDetections(faces);
        expect(blended.length).toBeGreaterThan(0);
        for (const f of faces)
          expect(blended.some((b) => overlap(f, b) > 0.3 || Math.abs(f.x - b.x) < 0.2)).toBe(true);
      }),
    );
  });

  it('ends on candidates without a size', () => {
    expect(blendDetections([face(0.1, 0.9, 0), face(0.1, 0.8, NaN)])).toHaveLength(2);
  });
});
