import { CANONICAL_FACE_CM, headRotation, LANDMARK_COUNT, type HeadPose } from '@guise/frame';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { solveLinear } from './linear-solve.js';
import { nearestRotation } from './orthogonal.js';
import { FOCAL_OVER_WIDTH, solvePose } from './solve-pose.js';

const [WIDTH, HEIGHT] = [1280, 720];

/** The average head photographed with this pose. */
function photograph(pose: HeadPose): Float32Array {
  const r = headRotation(pose);
  const focal = FOCAL_OVER_WIDTH * WIDTH;
  const landmarks = new Float32Array(LANDMARK_COUNT * 3);
  for (let i = 0; i < CANONICAL_FACE_CM.length; i += 3) {
    const [x = 0, y = 0, z = 0] = CANONICAL_FACE_CM.subarray(i, i + 3);
    const px = r[0] * x + r[1] * y + r[2] * z + pose.xCm;
    const py = r[3] * x + r[4] * y + r[5] * z + pose.yCm;
    const depth = r[6] * x + r[7] * y + r[8] * z;
    const pz = depth + pose.zCm;
    landmarks.set(
      [WIDTH / 2 + (focal * px) / pz, HEIGHT / 2 + (focal * py) / pz, (focal * depth) / pose.zCm],
      i,
    );
  }
  return landmarks;
}

const angle = (limit: number): fc.Arbitrary<number> => fc.double({ min: -limit, max: limit, noNaN: true });
const poses = fc.record({
  yawDeg: angle(60),
  pitchDeg: angle(40),
  rollDeg: angle(90),
  xCm: angle(25),
  yCm: angle(15),
  zCm: fc.double({ min: 30, max: 300, noNaN: true }),
});

describe('solvePose', () => {
  it('finds the pose of the average head exactly, with all signs', () => {
    fc.assert(
      fc.property(poses, (pose) => {
        const solved = solvePose(photograph(pose), WIDTH, HEIGHT);
        expect(solved).toBeDefined();
        for (const key of ['yawDeg', 'pitchDeg', 'rollDeg', 'xCm', 'yCm'] as const) {
          expect(Math.abs((solved?.[key] ?? NaN) - pose[key])).toBeLessThan(0.05);
        }
        expect((solved?.zCm ?? NaN) / pose.zCm).toBeCloseTo(1, 3);
      }),
    );
  });

  it('is off by less than 3° under one pixel of noise on a 250 px face', () => {
    fc.assert(
      fc.property(
        angle(35),
        angle(20),
        fc.array(angle(1), { minLength: 97, maxLength: 97 }),
        (yawDeg, pitchDeg, noise) => {
          const landmarks = photograph({ yawDeg, pitchDeg, rollDeg: 0, xCm: 0, yCm: 0, zCm: 80 });
          const noisy = landmarks.map((value, i) => value + (noise[i % noise.length] ?? 0));
          const solved = solvePose(noisy, WIDTH, HEIGHT);
          expect(Math.abs((solved?.yawDeg ?? NaN) - yawDeg)).toBeLessThan(3);
          expect(Math.abs((solved?.pitchDeg ?? NaN) - pitchDeg)).toBeLessThan(3);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('gives finite numbers or nothing for any landmarks', () => {
    const garbage = fc.array(fc.double({ min: -1e4, max: 1e4 }), {
      minLength: LANDMARK_COUNT * 3,
      maxLength: LANDMARK_COUNT * 3,
    });
    fc.assert(
      fc.property(garbage, (values) => {
        const solved = solvePose(Float32Array.from(values), WIDTH, HEIGHT);
        expect(solved === undefined || Object.values(solved).every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('gives nothing when all points are one', () => {
    expect(solvePose(new Float32Array(LANDMARK_COUNT * 3).fill(5), WIDTH, HEIGHT)).toBeUndefined();
  });
});

describe('nearestRotation', () => {
  it('returns a rotation unchanged, whatever its scale', () => {
    fc.assert(
      fc.property(
        angle(80),
        angle(80),
        angle(180),
        fc.double({ min: 0.2, max: 5, noNaN: true }),
        (y, p, r, size) => {
          const rotation = headRotation({ yawDeg: y, pitchDeg: p, rollDeg: r });
          const [a, b, c, d, e, f, g, h, i] = rotation.map((value) => value * size);
          const found = nearestRotation([
            a ?? 0,
            b ?? 0,
            c ?? 0,
            d ?? 0,
            e ?? 0,
            f ?? 0,
            g ?? 0,
            h ?? 0,
            i ?? 0,
          ]);
          rotation.forEach((value, k) => {
            expect(found?.[k]).toBeCloseTo(value, 6);
          });
        },
      ),
    );
  });

  it('refuses mirrors and singular matrices', () => {
    expect(nearestRotation([-1, 0, 0, 0, 1, 0, 0, 0, 1])).toBeUndefined();
    expect(nearestRotation([1, 0, 0, 0, 1, 0, 0, 0, 0])).toBeUndefined();
  });
});

describe('solveLinear', () => {
  it('solves what it multiplies out to', () => {
    const entries = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 9, maxLength: 9 });
    const solution = fc.tuple(angle(9), angle(9), angle(9));
    fc.assert(
      fc.property(entries, solution, (a, x) => {
        // Diagonal dominance keeps it well-conditioned.
        const matrix = Float64Array.from(a, (value, i) =>
          i % 4 === 0 ? value + 40 * (value < 0 ? -1 : 1) : value,
        );
        const b = Float64Array.from([0, 1, 2], (row) =>
          x.reduce((sum, value, column) => sum + (matrix[row * 3 + column] ?? 0) * value, 0),
        );
        const solved = solveLinear(matrix, b);
        x.forEach((value, i) => {
          expect(solved?.[i]).toBeCloseTo(value, 6);
        });
      }),
    );
  });

  it('gives nothing for a singular system', () => {
    expect(solveLinear(Float64Array.from([1, 2, 2, 4]), Float64Array.from([1, 2]))).toBeUndefined();
  });
});
