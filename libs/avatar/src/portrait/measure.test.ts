import type { FaceObservation, HeadPose } from '@guise/frame';
import { describe, expect, it } from 'vitest';
import { observe, syntheticLandmarks, type SyntheticPose } from '../test-support/synthetic-face.js';
import { controlPointsOf, parametersOf, type NeutralFace } from './measure.js';
import { CONTROL_POINTS } from './parameters.js';

const PLACE = { x: 640, y: 360, pxPerCm: 16 };

function seen(shape: Partial<SyntheticPose>, pose: Partial<HeadPose> = {}, lids = 0.8): FaceObservation {
  const face = observe(syntheticLandmarks({ ...PLACE, ...shape }));
  const expression = { ...face.expression, leftLid: lids, rightLid: lids };
  return { ...face, pose: { ...face.pose, ...pose }, expression };
}

function neutralOf(face: FaceObservation): NeutralFace {
  const points = controlPointsOf(face.landmarks);
  if (points === null) throw new Error('no face');
  return { pose: face.pose, ...face.expression, points };
}

function shiftOf(parameters: ReturnType<typeof parametersOf>, vertex: number): readonly [number, number] {
  const at = 2 * CONTROL_POINTS.indexOf(vertex);
  return [parameters?.shifts[at] ?? NaN, parameters?.shifts[at + 1] ?? NaN];
}

describe('parametersOf', () => {
  it('finds nothing in the neutral face itself', () => {
    const face = seen({}, { yawDeg: 12, pitchDeg: -5, xCm: 3 });
    const parameters = parametersOf(face, neutralOf(face));
    expect(parameters?.lids).toEqual({ left: 1, right: 1 });
    expect(parameters?.shifts.every((value) => value === 0)).toBe(true);
    for (const value of Object.values(parameters?.head ?? {})) expect(value).toBeCloseTo(0, 6);
  });

  it('takes turns about the neutral head, wherever the wearer sits', () => {
    const neutral = neutralOf(seen({}, { yawDeg: 25, pitchDeg: 0 }));
    const turned = parametersOf(seen({}, { yawDeg: 40, pitchDeg: 0 }), neutral);
    expect(turned?.head.yawDeg).toBeCloseTo(15, 5);
    // A nod of a head turned by 25°: the same pose composed with a pitch of 10° about its own axis.
    const nod = parametersOf(seen({}, { yawDeg: 25, pitchDeg: 10 }), neutral);
    expect(nod?.head.pitchDeg).toBeCloseTo(10, 5);
    expect(nod?.head.yawDeg).toBeCloseTo(0, 5);
    expect(nod?.head.rollDeg).toBeCloseTo(0, 5);
  });

  it('reads a dropped jaw from the lips and the chin, the same under any pose and size', () => {
    const neutral = neutralOf(seen({ jawCm: 0 }));
    for (const shape of [{}, { yawDeg: 25 }, { rollDeg: -30, pxPerCm: 9 }]) {
      const parameters = parametersOf(seen({ ...shape, jawCm: 1.2 }), neutral);
      expect(shiftOf(parameters, 14)[1]).toBeGreaterThan(0.8);
      expect(shiftOf(parameters, 152)[1]).toBeGreaterThan(0.7);
      expect(Math.abs(shiftOf(parameters, 13)[1])).toBeLessThan(0.25);
      expect(Math.abs(shiftOf(parameters, 105)[1])).toBeLessThan(0.15);
    }
  });

  it('calls nearly shut lids shut, and both alike unless one winks', () => {
    const neutral = neutralOf(seen({}));
    expect(parametersOf(seen({}, {}, 0.1), neutral)?.lids).toEqual({ left: 0, right: 0 });
    const face = seen({});
    const lidsOf = (leftLid: number, rightLid: number): { left: number; right: number } =>
      parametersOf({ ...face, expression: { ...face.expression, leftLid, rightLid } }, neutral)?.lids ?? {
        left: NaN,
        right: NaN,
      };
    const uneven = lidsOf(0.6, 0.45);
    expect(uneven.left).toBe(uneven.right);
    expect(lidsOf(0.05, 0.8)).toEqual({ left: 0, right: 1 });
  });

  it('answers null for a mesh that is no face', () => {
    const face = seen({});
    const flat = { ...face, landmarks: new Float32Array(face.landmarks.length).fill(100) };
    expect(parametersOf(flat, neutralOf(face))).toBeNull();
    expect(parametersOf({ ...face, landmarks: face.landmarks.map(() => NaN) }, neutralOf(face))).toBeNull();
  });
});
