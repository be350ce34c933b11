import { CANONICAL_FACE_CM, FACE_POSE_BASIS } from '@guise/frame';

/** Point in pixels = scale · R · (point in centimetres of the head) + t. */
export interface HeadFit {
  /** Pixels per centimetre. */
  readonly scale: number;
  /** Rotation, row-major 3 × 3. */
  readonly rotation: readonly number[];
  readonly translation: readonly [number, number, number];
  /** Root mean square distance of the fitted points, in centimetres of the head. */
  readonly residualCm: number;
  /** Angle between the face's forward direction and the camera axis, degrees. */
  readonly turnDeg: number;
}

/**
 * Fits the canonical head to a mesh: weighted similarity after B. K. P. Horn, "Closed-form solution of absolute
 * orientation using unit quaternions", J. Opt. Soc. Am. A 4 (1987). Uses vertices that hardly move with expression.
 * @returns null when the mesh has no extent or is not finite
 */
export function fitHead(landmarks: Float32Array): HeadFit | null {
  const from = weightedCentre(CANONICAL_FACE_CM);
  const to = weightedCentre(landmarks);
  const moment = crossMoment(landmarks, from, to);
  const rotation = rotationOf(moment);
  let projected = 0;
  for (let r = 0; r < 3; r++)
    for (let c = 0; c < 3; c++) projected += (rotation[r * 3 + c] ?? 0) * (moment[c * 3 + r] ?? 0);
  const scale = projected / from.spread;
  if (!Number.isFinite(scale) || scale <= 1e-6) return null;
  const turned = apply(rotation, from.centre);
  const translation = [0, 1, 2].map((k) => (to.centre[k] ?? 0) - scale * (turned[k] ?? 0));
  const [tx = 0, ty = 0, tz = 0] = translation;
  const variance = Math.max(0, to.spread - scale * projected) / from.weight;
  return {
    scale,
    rotation,
    translation: [tx, ty, tz],
    residualCm: Math.sqrt(variance) / scale,
    turnDeg: (Math.acos(Math.min(1, Math.max(-1, rotation[8] ?? 0))) * 180) / Math.PI,
  };
}

/** How far the head is turned about its own upright axis, degrees; > 0: the nose points to the picture's right. */
export function yawDegOf({ rotation }: HeadFit): number {
  return (Math.atan2(rotation[6] ?? 0, rotation[8] ?? 1) * 180) / Math.PI;
}

/** R · p */
export function apply(rotation: readonly number[], p: readonly number[]): [number, number, number] {
  const [x = 0, y = 0, z = 0] = p;
  const row = (r: number): number =>
    (rotation[r * 3] ?? 0) * x + (rotation[r * 3 + 1] ?? 0) * y + (rotation[r * 3 + 2] ?? 0) * z;
  return [row(0), row(1), row(2)];
}

/** Moves mesh points into the head's own frame: centimetres, upright, facing the camera. Writes 3 floats a vertex. */
export function toHeadFrame(landmarks: Float32Array, fit: HeadFit, count: number, out: Float32Array): void {
  const { rotation: m, translation: t, scale } = fit;
  for (let i = 0; i < count; i++) {
    const x = ((landmarks[i * 3] ?? 0) - t[0]) / scale;
    const y = ((landmarks[i * 3 + 1] ?? 0) - t[1]) / scale;
    const z = ((landmarks[i * 3 + 2] ?? 0) - t[2]) / scale;
    for (let k = 0; k < 3; k++) out[i * 3 + k] = (m[k] ?? 0) * x + (m[3 + k] ?? 0) * y + (m[6 + k] ?? 0) * z;
  }
}

interface Centre {
  readonly centre: readonly [number, number, number];
  readonly weight: number;
  /** Weighted sum of squared distances to the centre. */
  readonly spread: number;
}

function weightedCentre(points: Float32Array): Centre {
  let weight = 0;
  const sum: [number, number, number] = [0, 0, 0];
  let squares = 0;
  for (const [i, w] of FACE_POSE_BASIS) {
    const x = points[i * 3] ?? 0;
    const y = points[i * 3 + 1] ?? 0;
    const z = points[i * 3 + 2] ?? 0;
    weight += w;
    sum[0] += w * x;
    sum[1] += w * y;
    sum[2] += w * z;
    squares += w * (x * x + y * y + z * z);
  }
  const centre: [number, number, number] = [sum[0] / weight, sum[1] / weight, sum[2] / weight];
  const spread = squares - weight * (centre[0] ** 2 + centre[1] ** 2 + centre[2] ** 2);
  return { centre, weight, spread };
}

/** Σ w (from − f̄)(to − t̄)ᵀ, row-major. */
function crossMoment(landmarks: Float32Array, from: Centre, to: Centre): readonly number[] {
  const m = new Array<number>(9).fill(0);
  for (const [i, w] of FACE_POSE_BASIS)
    for (let r = 0; r < 3; r++)
      for (let c = 0; c < 3; c++)
        m[r * 3 + c] =
          (m[r * 3 + c] ?? 0) +
          w *
            ((CANONICAL_FACE_CM[i * 3 + r] ?? 0) - (from.centre[r] ?? 0)) *
            ((landmarks[i * 3 + c] ?? 0) - (to.centre[c] ?? 0));
  return m;
}

/** Best rotation for a moment matrix: the top eigenvector of Horn's symmetric 4 × 4 matrix, as a matrix. */
function rotationOf(m: readonly number[]): readonly number[] {
  const [xx = 0, xy = 0, xz = 0, yx = 0, yy = 0, yz = 0, zx = 0, zy = 0, zz = 0] = m;
  const [w, x, y, z] = topEigenvector([
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, yy - xx - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, zz - xx - yy],
  ]);
  return [
    w * w + x * x - y * y - z * z,
    2 * (x * y - w * z),
    2 * (x * z + w * y),
    2 * (x * y + w * z),
    w * w - x * x + y * y - z * z,
    2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    w * w - x * x - y * y + z * z,
  ];
}

/** Cyclic Jacobi sweeps on a symmetric 4 × 4 matrix. */
function topEigenvector(matrix: number[][]): readonly [number, number, number, number] {
  const a = matrix.map((row) => [...row]);
  const v = [0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 12; sweep++)
    for (let p = 0; p < 3; p++) for (let q = p + 1; q < 4; q++) rotatePair(a, v, p, q);
  let top = 0;
  for (let i = 1; i < 4; i++) if ((a[i]?.[i] ?? 0) > (a[top]?.[top] ?? 0)) top = i;
  const column = [0, 1, 2, 3].map((i) => v[i]?.[top] ?? 0);
  const [w = 1, x = 0, y = 0, z = 0] = column;
  return [w, x, y, z];
}

function rotatePair(a: number[][], v: number[][], p: number, q: number): void {
  const apq = a[p]?.[q] ?? 0;
  if (apq === 0) return;
  const theta = ((a[q]?.[q] ?? 0) - (a[p]?.[p] ?? 0)) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const row of [...a, ...v]) {
    const rp = row[p] ?? 0;
    const rq = row[q] ?? 0;
    row[p] = c * rp - s * rq;
    row[q] = s * rp + c * rq;
  }
  const ap = a[p] ?? [];
  const aq = a[q] ?? [];
  for (let k = 0; k < 4; k++) {
    const kp = ap[k] ?? 0;
    const kq = aq[k] ?? 0;
    ap[k] = c * kp - s * kq;
    aq[k] = s * kp + c * kq;
  }
}
