import {
  CANONICAL_FACE_CM,
  FACE_VERTEX_COUNT,
  LANDMARK_COUNT,
  LEFT_BROW,
  LEFT_EYE,
  LIPS_INNER,
  RIGHT_BROW,
  RIGHT_EYE,
} from '@guise/frame';
import { smoothstep } from '../mesh/topology.js';
import type { DrawnCharacter } from './character.js';

/** A point in the head's own frame: centimetres, x to the picture's right, y down. */
export type Point = readonly [x: number, y: number];

/** The mesh of a character: 478 × (x, y, z) in centimetres of the head. Its picture is drawn through these points. */
export type FaceShape = Float32Array;

const EYE_X = 3.16;
const EYE_Y = -2.62;
/** Lids are reshaped this far around the eye's centre, sideways and upwards. */
const EYE_REACH: Point = [3.1, 1.85];
const MOUTH_Y = 4.3;
const MOUTH_REACH: Point = [4.2, 2.4];
const NOSE_Y = 0.9;
const NOSE_REACH: Point = [2.8, 3.2];
const IRIS_CM = 0.78;
const BROW_LIFT_CM = 0.62;
/** Corners of a friendly mouth at rest are a little higher than its middle. */
const CORNER_LIFT_CM = 0.36;

/** The average face, reshaped: eyes, nose, lips and outline of a drawn character. */
export function shapeFace({ face }: DrawnCharacter): FaceShape {
  const shape = new Float32Array(LANDMARK_COUNT * 3);
  for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
    const [x = 0, y = 0, z = 0] = CANONICAL_FACE_CM.subarray(i * 3, i * 3 + 3);
    let [px, py]: Point = [x, y];
    for (const side of [-1, 1])
      [px, py] = stretch([px, py], [side * EYE_X, EYE_Y], EYE_REACH, [face.eyeWidth, face.eyeHeight]);
    [px, py] = stretch([px, py], [0, NOSE_Y], NOSE_REACH, [face.noseWidth, 1]);
    [px, py] = stretch([px, py], [0, MOUTH_Y], MOUTH_REACH, [face.mouthWidth, face.lipHeight]);
    py -= face.eyeTiltCm * smoothstep((Math.abs(px) - 2) / 3) * near(py - EYE_Y, 2);
    py -= CORNER_LIFT_CM * smoothstep((Math.abs(px) - 0.2) / 2.4) * near(px, 12) * near(py - MOUTH_Y, 2);
    const low = smoothstep((y + 2) / 9);
    shape[i * 3] = px * (face.temples + (face.jaw - face.temples) * low);
    shape[i * 3 + 1] = py > EYE_Y ? EYE_Y + (py - EYE_Y) * (1 + (face.chin - 1) * low) : py;
    shape[i * 3 + 2] = z;
  }
  calmBrows(shape);
  shutLips(shape);
  setIris(shape, RIGHT_EYE, 468);
  setIris(shape, LEFT_EYE, 473);
  return shape;
}

export function pointOf(shape: FaceShape, vertex: number): Point {
  return [shape[vertex * 3] ?? 0, shape[vertex * 3 + 1] ?? 0];
}

function near(distance: number, reach: number): number {
  return smoothstep(1 - Math.abs(distance) / reach);
}

/** Scales around a centre, fully there and not at all from `reach` on. */
function stretch([x, y]: Point, [cx, cy]: Point, reach: Point, factor: Point): Point {
  const [dx, dy] = [x - cx, y - cy];
  const share = smoothstep(1.6 * (1 - Math.hypot(dx / reach[0], dy / reach[1])));
  return [cx + dx * (1 + (factor[0] - 1) * share), cy + dy * (1 + (factor[1] - 1) * share)];
}

/** Brows of an even temper: half as arched as an average face's, clear of the lids, which move. */
function calmBrows(shape: FaceShape): void {
  for (const row of [
    RIGHT_BROW.slice(0, 5),
    RIGHT_BROW.slice(5),
    LEFT_BROW.slice(0, 5),
    LEFT_BROW.slice(5),
  ]) {
    const mean = row.reduce((sum, vertex) => sum + pointOf(shape, vertex)[1], 0) / row.length;
    for (const vertex of row)
      shape[vertex * 3 + 1] = mean + 0.55 * (pointOf(shape, vertex)[1] - mean) - BROW_LIFT_CM;
  }
}

/** The picture shows a shut mouth: upper and lower edge meet half way. */
function shutLips(shape: FaceShape): void {
  for (let k = 1; k < 10; k++) {
    const upper = (LIPS_INNER[k] ?? 0) * 3;
    const lower = (LIPS_INNER[20 - k] ?? 0) * 3;
    for (const axis of [0, 1]) {
      const middle = ((shape[upper + axis] ?? 0) + (shape[lower + axis] ?? 0)) / 2;
      shape[upper + axis] = middle;
      shape[lower + axis] = middle;
    }
  }
}

/** Centre between the corners, a little up: the upper lid covers some of it. */
function setIris(shape: FaceShape, ring: readonly number[], first: number): void {
  const corner = (k: number, axis: number): number => shape[(ring[k] ?? 0) * 3 + axis] ?? 0;
  const middle = [0, 1, 2].map((axis) => (corner(0, axis) + corner(8, axis)) / 2);
  const y = (corner(4, 1) + corner(12, 1)) / 2 - 0.06;
  const around: readonly Point[] = [
    [0, 0],
    [IRIS_CM, 0],
    [0, -IRIS_CM],
    [-IRIS_CM, 0],
    [0, IRIS_CM],
  ];
  around.forEach(([dx, dy], k) => {
    const at = (first + k) * 3;
    shape[at] = (middle[0] ?? 0) + dx;
    shape[at + 1] = y + dy;
    shape[at + 2] = middle[2] ?? 0;
  });
}
