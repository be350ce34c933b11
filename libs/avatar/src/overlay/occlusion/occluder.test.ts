import { CANONICAL_FACE_UV, FACE_VERTEX_COUNT, planesOf, type I420Frame } from '@guise/frame';
import { describe, expect, it } from 'vitest';
import { createCanonicalNormals, facingOf } from '../../mesh/normals.js';
import { fitHead } from '../../mesh/similarity.js';
import { createFaceTopology } from '../../mesh/topology.js';
import { syntheticLandmarks, type SyntheticPose } from '../../test-support/synthetic-face.js';
import { holdHand, paintWearer } from '../../test-support/synthetic-wearer.js';
import { AppearanceOccluder, type Occlusion } from './occluder.js';
import { GRID_SIDE } from './texel-grid.js';

const SIZE = { width: 640, height: 480 };
const FRONTAL = { x: 320, y: 240, pxPerCm: 18 };
const LEARNING = 24;
const topology = createFaceTopology();
const normals = createCanonicalNormals();

function lookAt(occluder: AppearanceOccluder, frame: I420Frame, pose: SyntheticPose): Occlusion {
  const landmarks = syntheticLandmarks(pose);
  const fit = fitHead(landmarks);
  if (fit === null) throw new Error('no head');
  const facing = new Float32Array(FACE_VERTEX_COUNT);
  facingOf(normals, fit, facing);
  return occluder.look(frame, planesOf(frame), landmarks, facing, pose.pxPerCm * 15);
}

/** An occluder that has seen the bare face for a second. */
function trained(gain = 1): AppearanceOccluder {
  const occluder = new AppearanceOccluder(topology);
  for (let k = 0; k < LEARNING; k++) lookAt(occluder, paintWearer(SIZE, FRONTAL, { seed: k, gain }), FRONTAL);
  return occluder;
}

/** Share of the object at a vertex of the face. */
function shareAt({ shares }: Occlusion, vertex: number): number {
  const [u, v] = [CANONICAL_FACE_UV[vertex * 2] ?? 0, CANONICAL_FACE_UV[vertex * 2 + 1] ?? 0];
  return shares[Math.floor(v * GRID_SIDE) * GRID_SIDE + Math.floor(u * GRID_SIDE)] ?? 0;
}

const [CHIN, NOSE, LEFT_CHEEK, FOREHEAD] = [199, 4, 280, 151];
/** A fist of 7 cm that reaches up to the chin from below. */
const AT_CHIN = { x: 320, y: 240 + 9.5 * 18, radius: 3.6 * 18 };

describe('what is before a face', () => {
  it('is nothing while the wearer nods, turns, opens the mouth, or the light changes', () => {
    const occluder = trained();
    const poses: readonly SyntheticPose[] = [
      FRONTAL,
      { ...FRONTAL, yawDeg: 12, x: 330 },
      { ...FRONTAL, pitchDeg: -8, jawCm: 1.2 },
      { ...FRONTAL, rollDeg: 9, lids: 0.1 },
    ];
    poses.forEach((pose, k) => {
      for (const gain of [1, 0.8, 1.25])
        expect(lookAt(occluder, paintWearer(SIZE, pose, { seed: 90 + k, gain }), pose).isAny).toBe(false);
    });
  });

  it('is a hand of nearly the same skin, where it is and only while it is there', () => {
    const occluder = trained();
    const covered = paintWearer(SIZE, FRONTAL, { seed: 50 });
    holdHand(covered, AT_CHIN);
    const found = lookAt(occluder, covered, FRONTAL);
    expect(found.isAny).toBe(true);
    expect(shareAt(found, CHIN)).toBe(1);
    expect(found.visible[CHIN]).toBe(0);
    for (const free of [NOSE, LEFT_CHEEK, FOREHEAD]) expect(shareAt(found, free)).toBe(0);
    let after = found;
    for (let k = 0; k < 12; k++)
      after = lookAt(occluder, paintWearer(SIZE, FRONTAL, { seed: 51 + k }), FRONTAL);
    expect(after.isAny).toBe(false);
  });

  it('is not what appears in the middle of the face without coming from its side', () => {
    const occluder = trained();
    const frame = paintWearer(SIZE, FRONTAL, { seed: 60 });
    const landmarks = syntheticLandmarks(FRONTAL);
    holdHand(frame, {
      x: landmarks[NOSE * 3] ?? 0,
      y: landmarks[NOSE * 3 + 1] ?? 0,
      radius: 2 * 18,
      hasArm: false,
    });
    expect(lookAt(occluder, frame, FRONTAL).isAny).toBe(false);
  });

  it('is nothing before the face was learnt', () => {
    const occluder = new AppearanceOccluder(topology);
    lookAt(occluder, paintWearer(SIZE, FRONTAL, { seed: 1 }), FRONTAL);
    const frame = paintWearer(SIZE, FRONTAL, { seed: 2 });
    holdHand(frame, AT_CHIN);
    expect(lookAt(occluder, frame, FRONTAL).isAny).toBe(false);
  });

  it('becomes the face when it stays, and the bare face is then still the face', () => {
    const occluder = trained();
    const withHand = (k: number): I420Frame => {
      const frame = paintWearer(SIZE, FRONTAL, { seed: 100 + k });
      holdHand(frame, AT_CHIN);
      return frame;
    };
    const frames = Array.from({ length: 7 }, (_, k) => withHand(k));
    let found = lookAt(occluder, withHand(8), FRONTAL);
    expect(found.isAny).toBe(true);
    for (let k = 0; k < 40; k++) for (const frame of frames) found = lookAt(occluder, frame, FRONTAL);
    expect(found.isAny).toBe(false);
    expect(lookAt(occluder, paintWearer(SIZE, FRONTAL, { seed: 5 }), FRONTAL).isAny).toBe(false);
  });

  it('is not the bare face after it was learnt anew behind a hand', () => {
    const occluder = trained();
    occluder.relearn();
    for (let k = 0; k < LEARNING; k++) {
      const frame = paintWearer(SIZE, FRONTAL, { seed: k });
      holdHand(frame, AT_CHIN);
      expect(lookAt(occluder, frame, FRONTAL).isAny).toBe(false);
    }
    expect(lookAt(occluder, paintWearer(SIZE, FRONTAL, { seed: 7 }), FRONTAL).isAny).toBe(false);
  });
});
