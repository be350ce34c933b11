import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { headAngles, headRotation, type Matrix3 } from './index.js';

const turned = (m: Matrix3, [x, y, z]: readonly [number, number, number]): readonly number[] => [
  m[0] * x + m[1] * y + m[2] * z,
  m[3] * x + m[4] * y + m[5] * z,
  m[6] * x + m[7] * y + m[8] * z,
];
const NOSE = [0, 0, -1] as const;
const straight = { yawDeg: 0, pitchDeg: 0, rollDeg: 0 };

describe('headRotation', () => {
  it('points the nose to the picture right for yaw > 0 and up for pitch > 0', () => {
    const [yawX = 0, yawY = 1] = turned(headRotation({ ...straight, yawDeg: 20 }), NOSE);
    expect(yawX).toBeCloseTo(Math.sin(Math.PI / 9));
    expect(yawY).toBeCloseTo(0);
    const [, pitchY = 0, pitchZ = 0] = turned(headRotation({ ...straight, pitchDeg: 20 }), NOSE);
    expect(pitchY).toBeCloseTo(-Math.sin(Math.PI / 9));
    expect(pitchZ).toBeLessThan(0);
  });

  it('turns the crown of the head clockwise, to the picture right, for roll > 0', () => {
    const [crownX = 0] = turned(headRotation({ ...straight, rollDeg: 20 }), [0, -1, 0]);
    expect(crownX).toBeCloseTo(Math.sin(Math.PI / 9));
  });

  it('is a rotation that headAngles reads back', () => {
    const angle = (limit: number): fc.Arbitrary<number> =>
      fc.double({ min: -limit, max: limit, noNaN: true });
    fc.assert(
      fc.property(angle(85), angle(85), angle(179), (yawDeg, pitchDeg, rollDeg) => {
        const rotation = headRotation({ yawDeg, pitchDeg, rollDeg });
        const axes = [[1, 0, 0] as const, [0, 1, 0] as const, [0, 0, 1] as const].map((axis) =>
          turned(rotation, axis),
        );
        for (const axis of axes) expect(Math.hypot(...axis)).toBeCloseTo(1, 9);
        const read = headAngles(rotation);
        expect(read.yawDeg).toBeCloseTo(yawDeg, 6);
        expect(read.pitchDeg).toBeCloseTo(pitchDeg, 6);
        expect(read.rollDeg).toBeCloseTo(rollDeg, 6);
      }),
    );
  });
});
