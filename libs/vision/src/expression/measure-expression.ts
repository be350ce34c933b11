import {
  headRotation,
  LEFT_IRIS,
  RIGHT_IRIS,
  type Expression,
  type HeadPose,
  type Matrix3,
} from '@guise/frame';

/** Vertices of one eye; upper and lower belong together pairwise. */
interface EyeVertices {
  readonly inner: number;
  readonly outer: number;
  readonly upper: readonly number[];
  readonly lower: readonly number[];
  readonly iris: number;
}

const RIGHT: EyeVertices = {
  inner: 133,
  outer: 33,
  upper: [160, 159, 158],
  lower: [144, 145, 153],
  iris: RIGHT_IRIS[0] ?? 468,
};
const LEFT: EyeVertices = {
  inner: 362,
  outer: 263,
  upper: [387, 386, 385],
  lower: [373, 374, 380],
  iris: LEFT_IRIS[0] ?? 473,
};

/**
 * Lid gap over eye width of a shut and of a wide open eye, as the attention mesh measures them: webcam faces blink to
 * 0.04–0.10, rest at 0.27–0.38 and stare at 0.45.
 */
const SHUT_GAP = 0.08;
const WIDE_GAP = 0.42;
/** Distance of the iris from the eye's centre of rotation over the width between the lid corners (10.5 over 29 mm). */
const IRIS_TURN_RADIUS = 0.36;
/** A resting iris is seen this far above the line between the lid corners, over that width. */
const IRIS_REST_RISE = 0.045;
/** A lid opening below which the iris cannot be seen, so that the eye says nothing about gaze. */
export const GAZE_NEEDS_LID = 0.2;

type Vec3 = readonly [x: number, y: number, z: number];

/** Expression of one frame from the mesh, measured in the head frame so that turning the head changes little. */
export function measureExpression(landmarks: Float32Array, pose: HeadPose): Expression {
  const toHead = headFrame(landmarks, headRotation(pose));
  const left = measureEye(LEFT, toHead);
  const right = measureEye(RIGHT, toHead);
  const total = left.trust + right.trust;
  const gaze = (key: 'yawDeg' | 'pitchDeg'): number =>
    total > 0 ? (left[key] * left.trust + right[key] * right.trust) / total : 0;
  return {
    leftLid: left.lid,
    rightLid: right.lid,
    mouthOpen: flatDistance(toHead(13), toHead(14)) / Math.max(flatDistance(toHead(78), toHead(308)), 1e-6),
    gazeYawDeg: gaze('yawDeg'),
    gazePitchDeg: gaze('pitchDeg'),
  };
}

/** Reads vertices turned back into the head's own axes (weak perspective: still in pixels). */
function headFrame(landmarks: Float32Array, r: Matrix3): (vertex: number) => Vec3 {
  return (vertex) => {
    const x = landmarks[vertex * 3] ?? NaN;
    const y = landmarks[vertex * 3 + 1] ?? NaN;
    const z = landmarks[vertex * 3 + 2] ?? NaN;
    return [r[0] * x + r[3] * y + r[6] * z, r[1] * x + r[4] * y + r[7] * z, r[2] * x + r[5] * y + r[8] * z];
  };
}

interface EyeMeasure {
  readonly lid: number;
  readonly yawDeg: number;
  readonly pitchDeg: number;
  /** Weight of this eye's gaze. */
  readonly trust: number;
}

function measureEye(eye: EyeVertices, toHead: (vertex: number) => Vec3): EyeMeasure {
  const inner = toHead(eye.inner);
  const outer = toHead(eye.outer);
  const width = Math.max(flatDistance(inner, outer), 1e-6);
  const gaps = eye.upper.map((upper, i) => flatDistance(toHead(upper), toHead(eye.lower[i] ?? NaN)));
  const gap = gaps.reduce((sum, value) => sum + value, 0) / gaps.length / width;
  const lid = clamp((gap - SHUT_GAP) / (WIDE_GAP - SHUT_GAP), 0, 1);
  const iris = toHead(eye.iris);
  const [cx, cy] = [(inner[0] + outer[0]) / 2, (inner[1] + outer[1]) / 2];
  const radius = IRIS_TURN_RADIUS * width;
  return {
    lid,
    yawDeg: arcsineDegrees((iris[0] - cx) / radius),
    pitchDeg: arcsineDegrees((cy - iris[1] - IRIS_REST_RISE * width) / radius),
    trust: Math.max(lid - GAZE_NEEDS_LID, 0),
  };
}

function flatDistance([ax, ay]: Vec3, [bx, by]: Vec3): number {
  return Math.hypot(ax - bx, ay - by);
}

function arcsineDegrees(sine: number): number {
  return (Math.asin(clamp(sine, -1, 1)) * 180) / Math.PI;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
