import { CANONICAL_FACE_CM, FACE_POSE_BASIS, headAngles, type HeadPose, type Matrix3 } from '@guise/frame';

import { solveLinear } from './linear-solve.js';
import { IDENTITY, multiply, nearestRotation, rotationAbout } from './orthogonal.js';

/** Rigid motion that takes the canonical face (cm) to camera space (cm). */
export interface RigidMotion {
  readonly rotation: Matrix3;
  readonly translation: readonly [x: number, y: number, z: number];
}

/** Focal length over frame width that is assumed for every camera (45° across). */
export const FOCAL_OVER_WIDTH = 1.2;

/** One vertex of the pose basis: where it is in the head, where it was seen, how much it counts. */
interface Sample {
  readonly head: readonly [number, number, number];
  readonly u: number;
  readonly v: number;
  /** Depth the mesh network gave, frame pixels, relative. */
  readonly z: number;
  readonly weight: number;
}

const GAUSS_NEWTON_STEPS = 12;
const STEP_CM_CONVERGED = 1e-6;
/** Lets the damped system stay solvable when few cues fix the depth. */
const DAMPING = 1e-9;

/**
 * Head pose from the mesh: a start from three-dimensional alignment (weighted Procrustes, as MediaPipe's geometry
 * pipeline does), then the reprojection error of the vertices that expression hardly moves is made least.
 * Undefined when the landmarks are degenerate.
 */
export function solvePose(
  landmarks: Float32Array,
  frameWidth: number,
  frameHeight: number,
): HeadPose | undefined {
  const focalPx = FOCAL_OVER_WIDTH * frameWidth;
  const samples = readSamples(landmarks, frameWidth / 2, frameHeight / 2);
  const start = alignInSpace(samples, focalPx);
  const motion = start && refine(start, samples, focalPx);
  if (!motion) return undefined;
  const [xCm, yCm, zCm] = motion.translation;
  return { ...headAngles(motion.rotation), xCm, yCm, zCm };
}

function readSamples(landmarks: Float32Array, cx: number, cy: number): Sample[] {
  const head = (index: number): number => CANONICAL_FACE_CM[index] ?? NaN;
  const seen = (index: number): number => landmarks[index] ?? NaN;
  return FACE_POSE_BASIS.map(([vertex, weight]) => ({
    head: [head(vertex * 3), head(vertex * 3 + 1), head(vertex * 3 + 2)],
    u: seen(vertex * 3) - cx,
    v: seen(vertex * 3 + 1) - cy,
    z: seen(vertex * 3 + 2),
    weight,
  }));
}

/** Weighted similarity between head and (u, v, z), read as a weak-perspective camera. */
function alignInSpace(samples: readonly Sample[], focalPx: number): RigidMotion | undefined {
  const total = samples.reduce((sum, s) => sum + s.weight, 0);
  const mean = (value: (s: Sample) => number): number =>
    samples.reduce((sum, s) => sum + s.weight * value(s), 0) / total;
  const head0 = [mean((s) => s.head[0]), mean((s) => s.head[1]), mean((s) => s.head[2])] as const;
  const seen0 = [mean((s) => s.u), mean((s) => s.v), mean((s) => s.z)] as const;
  const cell = (row: 0 | 1 | 2, column: 0 | 1 | 2): number =>
    mean((s) => ([s.u, s.v, s.z][row] ?? NaN) * (s.head[column] - head0[column]));
  const covariance: Matrix3 = [
    cell(0, 0),
    cell(0, 1),
    cell(0, 2),
    cell(1, 0),
    cell(1, 1),
    cell(1, 2),
    cell(2, 0),
    cell(2, 1),
    cell(2, 2),
  ];
  // The covariance is R·scale·S with S the head's own scatter; S⁻¹ is left out by Procrustes: polar factor of R·S·scale.
  const rotation = nearestRotation(scaled(covariance));
  if (!rotation) return undefined;
  const spreadHead = mean((s) => s.head.reduce((sum, value, k) => sum + (value - (head0[k] ?? 0)) ** 2, 0));
  const spreadSeen = mean((s) => (s.u - seen0[0]) ** 2 + (s.v - seen0[1]) ** 2 + (s.z - seen0[2]) ** 2);
  const depth = focalPx * Math.sqrt(spreadHead / spreadSeen);
  const [hx, hy, hz] = turn(rotation, head0);
  return {
    rotation,
    translation: [(seen0[0] * depth) / focalPx - hx, (seen0[1] * depth) / focalPx - hy, depth - hz],
  };
}

/** Unit size, so that the singularity test of the polar factor does not depend on the picture's scale. */
function scaled(m: Matrix3): Matrix3 {
  const size = Math.hypot(...m);
  const [a, b, c, d, e, f, g, h, i] = m;
  return size > 0
    ? [a / size, b / size, c / size, d / size, e / size, f / size, g / size, h / size, i / size]
    : IDENTITY;
}

function turn(r: Matrix3, [x, y, z]: readonly [number, number, number]): [number, number, number] {
  return [r[0] * x + r[1] * y + r[2] * z, r[3] * x + r[4] * y + r[5] * z, r[6] * x + r[7] * y + r[8] * z];
}

/** Gauss-Newton on the weighted reprojection error over three turns and three shifts. */
function refine(start: RigidMotion, samples: readonly Sample[], focalPx: number): RigidMotion | undefined {
  let motion = start;
  for (let step = 0; step < GAUSS_NEWTON_STEPS; step++) {
    const change = gaussNewtonStep(motion, samples, focalPx);
    if (!change) return undefined;
    const [wx = 0, wy = 0, wz = 0, tx = 0, ty = 0, tz = 0] = change;
    const [x, y, z] = motion.translation;
    motion = {
      rotation: multiply(rotationAbout(wx, wy, wz), motion.rotation),
      translation: [x + tx, y + ty, z + tz],
    };
    if (Math.hypot(wx, wy, wz, tx, ty, tz) < STEP_CM_CONVERGED) break;
  }
  const sane =
    motion.translation[2] > 0 && [...motion.rotation, ...motion.translation].every(Number.isFinite);
  return sane ? motion : undefined;
}

function gaussNewtonStep(
  { rotation, translation: [tx, ty, tz] }: RigidMotion,
  samples: readonly Sample[],
  focalPx: number,
): Float64Array | undefined {
  const normal = new Float64Array(36);
  const right = new Float64Array(6);
  for (const { head, u, v, weight } of samples) {
    const [px, py, pz] = turn(rotation, head);
    const [x, y, z] = [px + tx, py + ty, pz + tz];
    if (!(z > 0)) return undefined;
    const k = focalPx / z;
    // ∂(focal·x/z) and ∂(focal·y/z) by turn ω (∂p = ω × (R·head)) and shift.
    const du = [(-k * x * py) / z, k * (pz + (x * px) / z), -k * py, k, 0, (-k * x) / z];
    const dv = [-k * (pz + (y * py) / z), (k * y * px) / z, k * px, 0, k, (-k * y) / z];
    accumulate(normal, right, du, u - k * x, weight / (focalPx * focalPx));
    accumulate(normal, right, dv, v - k * y, weight / (focalPx * focalPx));
  }
  for (let i = 0; i < 6; i++) normal[i * 7] = (normal[i * 7] ?? 0) * (1 + DAMPING) + 1e-15;
  return solveLinear(normal, right);
}

function accumulate(
  normal: Float64Array,
  right: Float64Array,
  row: readonly number[],
  residual: number,
  weight: number,
): void {
  row.forEach((p, i) => {
    row.forEach((q, j) => {
      normal[i * 6 + j] = (normal[i * 6 + j] ?? 0) + weight * p * q;
    });
    right[i] = (right[i] ?? 0) + weight * p * residual;
  });
}
