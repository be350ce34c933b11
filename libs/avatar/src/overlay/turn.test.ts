import fc from 'fast-check';
import { FACE_VERTEX_COUNT } from '@guise/frame';
import { describe, expect, it } from 'vitest';
import { fitHead, yawDegOf, type HeadFit } from '../mesh/similarity.js';
import { syntheticLandmarks } from '../test-support/synthetic-face.js';
import type { VertexColours } from './texture.js';
import { TURN_FROM_DEG, TURN_WHOLE_DEG, TurnBlender, turnShare } from './turn.js';

const plane = (value: number): Float32Array => new Float32Array(FACE_VERTEX_COUNT).fill(value);
const colours = (y: number, u: number, v: number): VertexColours => ({
  y: plane(y),
  u: plane(u),
  v: plane(v),
});
const SIDE = { levels: [{ width: 1, height: 1, y: plane(0), u: plane(0), v: plane(0) }] as const };

function headAt(yawDeg: number, rollDeg = 0): HeadFit {
  const fit = fitHead(syntheticLandmarks({ x: 0, y: 0, pxPerCm: 10, yawDeg, rollDeg }));
  if (fit === null) throw new Error('no head');
  return fit;
}

describe('how far a head is turned', () => {
  it('is read to either side, also of a head that leans', () => {
    for (const yawDeg of [-40, -12, 0, 9, 35])
      for (const rollDeg of [0, 25]) expect(yawDegOf(headAt(yawDeg, rollDeg))).toBeCloseTo(yawDeg, 3);
  });

  it('fades the sides in without a step, alike to both sides', () => {
    fc.assert(
      fc.property(fc.double({ min: -60, max: 60, noNaN: true }), (yawDeg) => {
        const share = turnShare(yawDeg);
        expect(share).toBe(turnShare(-yawDeg));
        // The steepest slope of the curve: 1.5 over the range in which it rises.
        expect(Math.abs(turnShare(yawDeg + 0.1) - share)).toBeLessThan(
          (0.1 * 1.51) / (TURN_WHOLE_DEG - TURN_FROM_DEG),
        );
      }),
    );
    expect([0, TURN_FROM_DEG, TURN_WHOLE_DEG, 50].map(turnShare)).toEqual([0, 0, 1, 1]);
  });
});

describe('the blend of a turned head', () => {
  it('asks for the sides only when they are needed, and gives the front’s colours back', () => {
    const ahead = colours(100, 120, 140);
    let made = 0;
    const blender = new TurnBlender(ahead, () => {
      made += 1;
      return { ...SIDE, light: colours(60, 110, 150), share: plane(0.5) };
    });
    expect(blender.look(headAt(TURN_FROM_DEG - 1))).toBeNull();
    expect(made).toBe(0);
    const turned = blender.look(headAt(30));
    expect(made).toBe(1);
    expect(turned?.share[7]).toBeCloseTo(0.5, 6);
    expect([blender.light.y[7], blender.light.u[7], blender.light.v[7]]).toEqual([80, 115, 145]);
    expect(blender.look(headAt(0))).toBeNull();
    expect(blender.light).toEqual(ahead);
  });
});
