import { createI420, i420ToRgb, planesOf, type I420Frame, type RgbImage } from '@guise/frame';
import { expect, it } from 'vitest';
import { paintPortrait, syntheticLandmarks } from '../test-support/synthetic-face.js';
import { CONTROL_POINTS, NEUTRAL_PARAMETERS, type FaceParameters } from './parameters.js';
import { createPortraitRenderer } from './portrait-renderer.js';

const POSE = { x: 300, y: 260, pxPerCm: 15 };
const SIZE = { width: 640, height: 360 };
const landmarks = syntheticLandmarks(POSE);
const picture = paintPortrait(landmarks, POSE.pxPerCm, {
  ...{ skin: [200, 160, 140], background: [60, 90, 130], spots: [4, 50, 280, 10] },
});

const { head } = NEUTRAL_PARAMETERS;
const dropped = CONTROL_POINTS.flatMap((vertex) => [0, [14, 178, 402, 17, 152].includes(vertex) ? 1.2 : 0]);
const POSES: readonly Partial<FaceParameters>[] = [
  {},
  { head: { ...head, yawDeg: 19, pitchDeg: -7, rollDeg: 5, xCm: 2, zCm: -6 } },
  { head: { ...head, yawDeg: -24, pitchDeg: 12 }, lids: { left: 0.1, right: 0.4 } },
  { shifts: dropped, gaze: { yawDeg: 18, pitchDeg: -9 } },
];

it('draws the same bytes with and without SIMD, whatever the pose', () => {
  const [scalar, simd] = (['scalar', 'auto'] as const).map((kernels) =>
    createPortraitRenderer({ picture, landmarks }, { ...SIZE, kernels }),
  );
  for (const pose of POSES) {
    const [expected, drawn] = [createI420(SIZE.width, SIZE.height), createI420(SIZE.width, SIZE.height)];
    scalar?.render({ ...NEUTRAL_PARAMETERS, ...pose }, expected);
    simd?.render({ ...NEUTRAL_PARAMETERS, ...pose }, drawn);
    expect(Buffer.compare(drawn.data, expected.data)).toBe(0);
  }
});

const SMALL = { width: 320, height: 180 };
const ZOOM = SMALL.height / (42 * POSE.pxPerCm);

/** Where the first portrait shows the mesh: each further one is made of its own picture. */
function onStage(points: Float32Array): Float32Array {
  const top = (points[168 * 3 + 1] ?? 0) - 0.42 * 42 * POSE.pxPerCm;
  const origin = [POSE.x - SMALL.width / 2 / ZOOM, top, 0];
  return points.map((value, i) => (value - (origin[i % 3] ?? 0)) * ZOOM);
}

function portraitOf(image: RgbImage, points: Float32Array): I420Frame {
  const frame = createI420(SMALL.width, SMALL.height);
  createPortraitRenderer({ picture: image, landmarks: points }, SMALL).render(NEUTRAL_PARAMETERS, frame);
  return frame;
}

function meanDifference(a: I420Frame, b: I420Frame): number {
  const other = planesOf(b).y;
  return planesOf(a).y.reduce((sum, value, i) => sum + Math.abs(value - (other[i] ?? 0)), 0) / other.length;
}

it('fed with its own output five times, it settles instead of drifting', () => {
  const generations = [portraitOf(picture, landmarks)];
  const stage = onStage(landmarks);
  for (let i = 0; i < 5; i++) {
    const [last] = generations.slice(-1);
    if (last !== undefined) generations.push(portraitOf(i420ToRgb(last), stage));
  }
  const [first, second, , , , sixth] = generations;
  if (first === undefined || second === undefined || sixth === undefined) throw new Error('six were drawn');
  const [once, five] = [meanDifference(first, second), meanDifference(first, sixth)];
  expect(five).toBeLessThan(2 * once + 0.1);
  expect(five).toBeLessThan(1.5);
  const last = generations.slice(-2);
  expect(meanDifference(last[0] ?? first, sixth)).toBeLessThan(Math.max(0.1, once));
});
