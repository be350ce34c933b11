import { LANDMARK_COUNT } from '@guise/frame';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LandmarkSmoother } from './landmark-smoother.js';
import { ObservationSmoother, type FaceMeasurement } from './observation-smoother.js';
import { OneEuroFilter } from './one-euro.js';

const FRAME = 1 / 30;
const number = (limit: number): fc.Arbitrary<number> => fc.double({ min: -limit, max: limit, noNaN: true });
const options = { minCutoffHz: 1.5, speedCoefficient: 0.2, speedCutoffHz: 3 };

const deviation = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};

/** Deterministic noise of unit variance. */
function noise(count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.SQRT2 * Math.sin(i * i * 1.7 + i * 0.3));
}

function measurement(changes: {
  lid?: number;
  yaw?: number;
  gaze?: number;
  offset?: number;
}): FaceMeasurement {
  const { lid = 0.7, yaw = 0, gaze = 0, offset = 0 } = changes;
  return {
    landmarks: new Float32Array(LANDMARK_COUNT * 3).fill(100 + offset),
    pose: { yawDeg: yaw, pitchDeg: 0, rollDeg: 0, xCm: 0, yCm: 0, zCm: 60 },
    expression: { leftLid: lid, rightLid: lid, mouthOpen: 0, gazeYawDeg: gaze, gazePitchDeg: 0 },
  };
}

describe('OneEuroFilter', () => {
  it('passes the first sample and keeps a constant', () => {
    fc.assert(
      fc.property(number(100), (value) => {
        const filter = new OneEuroFilter(options);
        for (let i = 0; i < 5; i++) expect(filter.next(value, FRAME)).toBeCloseTo(value, 9);
      }),
    );
  });

  it('stays within the range of its samples', () => {
    fc.assert(
      fc.property(fc.array(number(100), { minLength: 2, maxLength: 40 }), (samples) => {
        const filter = new OneEuroFilter(options);
        const out = samples.map((sample) => filter.next(sample, FRAME));
        expect(Math.max(...out)).toBeLessThanOrEqual(Math.max(...samples) + 1e-9);
        expect(Math.min(...out)).toBeGreaterThanOrEqual(Math.min(...samples) - 1e-9);
      }),
    );
  });

  it('calms noise at rest to less than half', () => {
    const filter = new OneEuroFilter(options);
    const out = noise(300).map((value) => filter.next(value * 0.2, FRAME));
    expect(deviation(out.slice(30))).toBeLessThan(0.1);
  });
});

describe('ObservationSmoother', () => {
  it('shows a blink in the frame in which it happens', () => {
    const smoother = new ObservationSmoother();
    const lids = [0.7, 0.7, 0.7, 0.7, 0.7, 0.3, 0, 0, 0.4, 0.7, 0.7];
    const out = lids.map((lid, i) => smoother.next(measurement({ lid }), 300, i * 33.3).expression.leftLid);
    expect(out[5]).toBeLessThan(0.42);
    expect(out[6]).toBeLessThan(0.1);
    expect(out[9]).toBeGreaterThan(0.6);
  });

  it('follows a head turn of 60° a second less than one frame late', () => {
    const smoother = new ObservationSmoother();
    const out = Array.from({ length: 20 }, (_, i) =>
      smoother.next(measurement({ yaw: 2 * i }), 300, i * 33.3),
    ).map(({ pose }) => pose.yawDeg);
    expect(38 - (out[19] ?? NaN)).toBeLessThan(2);
  });

  it('holds the gaze behind shut lids', () => {
    const smoother = new ObservationSmoother();
    smoother.next(measurement({ gaze: 12 }), 300, 0);
    const shut = smoother.next(measurement({ gaze: 0, lid: 0 }), 300, 33);
    expect(shut.expression.gazeYawDeg).toBe(12);
  });

  it.each([
    ['a pause', 5000],
    ['time that runs backwards', -100],
  ])('starts anew after %s', (_what, timestampMs) => {
    const smoother = new ObservationSmoother();
    smoother.next(measurement({ yaw: 0 }), 300, 0);
    const after = smoother.next(measurement({ yaw: 30, offset: 50 }), 300, timestampMs);
    expect(after.pose.yawDeg).toBe(30);
    expect(after.landmarks[0]).toBe(150);
  });
});

describe('LandmarkSmoother', () => {
  it('calms the mesh of a still face and keeps up with a moving one', () => {
    const still = new LandmarkSmoother();
    const shimmer = noise(120).map((value) => {
      const points = new Float32Array(LANDMARK_COUNT * 3).fill(200 + 0.3 * value);
      return still.next(points, 300, FRAME)[3] ?? NaN;
    });
    expect(deviation(shimmer.slice(30))).toBeLessThan(0.15);
    const moving = new LandmarkSmoother();
    const late = Array.from({ length: 30 }, (_, i) => {
      const points = new Float32Array(LANDMARK_COUNT * 3).fill(i * 10);
      return i * 10 - (moving.next(points, 300, FRAME)[3] ?? NaN);
    });
    expect(late[29]).toBeLessThan(5);
  });

  it('moves x, y and z of a point by the same share, so that shapes are not sheared', () => {
    const smoother = new LandmarkSmoother();
    const points = new Float32Array(LANDMARK_COUNT * 3);
    smoother.next(points, 100, FRAME);
    points.set([8, -4, 2], 0);
    const [x = NaN, y = NaN, z = NaN] = smoother.next(points, 100, FRAME);
    expect(y / x).toBeCloseTo(-0.5, 5);
    expect(z / x).toBeCloseTo(0.25, 5);
  });
});
