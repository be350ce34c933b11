import { FACE_VERTEX_COUNT } from '@guise/frame';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { syntheticLandmarks } from '../test-support/synthetic-face.js';
import { createCanonicalNormals, facingOf } from './normals.js';
import { fitHead, toHeadFrame } from './similarity.js';
import { createVertexKernel, smoothOverFace } from './smoothing.js';
import { createFaceTopology } from './topology.js';

describe('head fit', () => {
  it('recovers scale, turn and the head frame of any pose', () => {
    const still = new Float32Array(FACE_VERTEX_COUNT * 3);
    const frontal = syntheticLandmarks({ x: 0, y: 0, pxPerCm: 1 });
    fc.assert(
      fc.property(
        fc.double({ min: 2, max: 80, noNaN: true }),
        fc.integer({ min: -70, max: 70 }),
        fc.integer({ min: -180, max: 180 }),
        (pxPerCm, yawDeg, rollDeg) => {
          const landmarks = syntheticLandmarks({ x: 500, y: -40, pxPerCm, yawDeg, rollDeg });
          const fit = fitHead(landmarks);
          expect(fit).not.toBeNull();
          if (fit === null) return;
          expect(fit.scale / pxPerCm).toBeCloseTo(1, 4);
          expect(fit.turnDeg).toBeCloseTo(Math.abs(yawDeg), 1);
          expect(fit.residualCm).toBeLessThan(0.01);
          toHeadFrame(landmarks, fit, FACE_VERTEX_COUNT, still);
          for (const i of [0, 10, 152, 234, 454])
            for (let k = 0; k < 3; k++) expect(still[i * 3 + k]).toBeCloseTo(frontal[i * 3 + k] ?? 0, 2);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('answers null for a mesh without extent', () => {
    expect(fitHead(new Float32Array(478 * 3))).toBeNull();
  });
});

describe('face topology', () => {
  const topology = createFaceTopology();

  it('pairs the halves of the face one to one', () => {
    topology.mirror.forEach((other, i) => {
      expect(topology.mirror[other]).toBe(i);
    });
    expect(topology.mirror[234]).toBe(454);
    expect(topology.mirror[1]).toBe(1);
  });

  it('covers the middle and gives way at the outline and on the forehead', () => {
    for (const outline of [10, 152, 234, 454]) expect(topology.cover[outline]).toBeLessThanOrEqual(0);
    for (const middle of [1, 4, 13, 105, 334, 159, 386, 50, 280])
      expect(topology.cover[middle]).toBeGreaterThanOrEqual(1);
  });

  it('takes features for features', () => {
    for (const feature of [13, 61, 159, 386, 105, 334]) expect(topology.skin[feature]).toBe(0);
    for (const cheek of [50, 280, 101, 330]) expect(topology.skin[cheek]).toBeGreaterThan(0.9);
  });
});

describe('normals', () => {
  it('face the camera in front and turn away with the head', () => {
    const normals = createCanonicalNormals();
    const facing = new Float32Array(FACE_VERTEX_COUNT);
    const turn = (yawDeg: number): Float32Array => {
      const fit = fitHead(syntheticLandmarks({ x: 0, y: 0, pxPerCm: 10, yawDeg }));
      if (fit === null) throw new Error('no fit');
      facingOf(normals, fit, facing);
      return facing.slice();
    };
    expect(turn(0)[1]).toBeGreaterThan(0.8);
    expect(Math.sign((turn(45)[50] ?? 0) - (turn(45)[280] ?? 0))).toBe(
      -Math.sign((turn(-45)[50] ?? 0) - (turn(-45)[280] ?? 0)),
    );
  });
});

describe('smoothing over the face', () => {
  it('keeps a constant, ignores weightless outliers and falls back to the mean', () => {
    const kernel = createVertexKernel(1.2);
    const values = new Float32Array(FACE_VERTEX_COUNT).fill(7);
    const weights = new Float32Array(FACE_VERTEX_COUNT).fill(1);
    values[50] = 1e6;
    weights[50] = 0;
    const out = new Float32Array(FACE_VERTEX_COUNT);
    smoothOverFace(kernel, values, weights, 0.5, out);
    expect(out.every((value) => Math.abs(value - 7) < 1e-4)).toBe(true);
    smoothOverFace(kernel, values, new Float32Array(FACE_VERTEX_COUNT), 0.5, out);
    expect(out.every(Number.isFinite)).toBe(true);
  });
});
