import {
  CANONICAL_FACE_CM,
  FACE_OVAL,
  FACE_VERTEX_COUNT,
  LEFT_EYE,
  RIGHT_EYE,
  SKIN_TRIANGLES,
} from '@guise/frame';
import { CONTROL_POINTS } from './parameters.js';

/** What stays: bridge and tip of the nose, forehead, temples, and the lids, which have parameters of their own. */
const STILL_POINTS: readonly number[] = [
  ...[1, 4, 5, 195, 197, 6, 168, 10, 109, 338, 67, 297, 54, 284, 21, 251, 127, 356, 234, 454],
  ...[93, 323, 132, 361, 45, 275, 98, 327, 2, 97, 326],
  ...LEFT_EYE,
  ...RIGHT_EYE,
];
/** Weights of the three wishes: control points followed, still points still, everything smooth (1). */
const FOLLOW = 30;
const STILL = 8;
/** Outline below the ears: follows the chin, held lightly so that a jaw drops without widening. */
const OUTLINE = 0.02;

/**
 * How far each vertex of the face goes along with each control point: vertices × control points, row by row. Least
 * bending over the skin, a graph with the mouth as a hole, so that upper and lower lip part. After O. Sorkine et al.,
 * "Laplacian surface editing", SGP 2004. Of low rank and the same for every avatar: a wearer's proportions have no way in.
 */
export function createShapeBasis(): Float32Array {
  const n = FACE_VERTEX_COUNT;
  const laplacian = umbrella();
  const matrix = new Float64Array(n * n);
  for (const row of laplacian)
    for (const [i, a] of row) for (const [j, b] of row) matrix[i * n + j] = (matrix[i * n + j] ?? 0) + a * b;
  const hold = (vertex: number, weight: number): void => {
    matrix[vertex * n + vertex] = (matrix[vertex * n + vertex] ?? 0) + weight;
  };
  for (const vertex of CONTROL_POINTS) hold(vertex, FOLLOW);
  for (const vertex of STILL_POINTS) hold(vertex, STILL);
  for (const vertex of FACE_OVAL) hold(vertex, OUTLINE);
  for (let i = 0; i < n; i++) hold(i, 1e-6);
  factorise(matrix, n);
  const basis = new Float32Array(n * CONTROL_POINTS.length);
  CONTROL_POINTS.forEach((vertex, c) => {
    const right = new Float64Array(n);
    right[vertex] = FOLLOW;
    solve(matrix, n, right);
    for (let i = 0; i < n; i++) basis[i * CONTROL_POINTS.length + c] = right[i] ?? 0;
  });
  return basis;
}

/** Rows of x(i) − Σ w x(j): weights fall with the length of the edge. */
function umbrella(): readonly (readonly (readonly [vertex: number, weight: number])[])[] {
  const neighbours = Array.from({ length: FACE_VERTEX_COUNT }, () => new Set<number>());
  for (let t = 0; t + 2 < SKIN_TRIANGLES.length; t += 3) {
    const [a = 0, b = 0, c = 0] = SKIN_TRIANGLES.subarray(t, t + 3);
    for (const [i, j] of [
      [a, b],
      [b, c],
      [c, a],
    ] as const) {
      neighbours[i]?.add(j);
      neighbours[j]?.add(i);
    }
  }
  return neighbours.map((near, i) => {
    const weights = [...near].map((j) => [j, 1 / Math.max(0.05, distanceCm(i, j))] as const);
    const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
    return [[i, 1] as const, ...weights.map(([j, weight]) => [j, -weight / total] as const)];
  });
}

function distanceCm(i: number, j: number): number {
  const d = (axis: number): number =>
    (CANONICAL_FACE_CM[i * 3 + axis] ?? 0) - (CANONICAL_FACE_CM[j * 3 + axis] ?? 0);
  return Math.hypot(d(0), d(1), d(2));
}

/** Cholesky factor in the lower triangle, in place. */
function factorise(m: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) {
    let diagonal = m[j * n + j] ?? 0;
    for (let k = 0; k < j; k++) diagonal -= (m[j * n + k] ?? 0) ** 2;
    const root = Math.sqrt(diagonal);
    m[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let sum = m[i * n + j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (m[i * n + k] ?? 0) * (m[j * n + k] ?? 0);
      m[i * n + j] = sum / root;
    }
  }
}

function solve(m: Float64Array, n: number, x: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = x[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= (m[i * n + k] ?? 0) * (x[k] ?? 0);
    x[i] = sum / (m[i * n + i] ?? 1);
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i] ?? 0;
    for (let k = i + 1; k < n; k++) sum -= (m[k * n + i] ?? 0) * (x[k] ?? 0);
    x[i] = sum / (m[i * n + i] ?? 1);
  }
}
