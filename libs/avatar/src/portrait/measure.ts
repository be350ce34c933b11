import {
  FACE_VERTEX_COUNT,
  headAngles,
  headRotation,
  type FaceObservation,
  type HeadPose,
  type Matrix3,
} from '@guise/frame';
import { fitHead, toHeadFrame } from '../mesh/similarity.js';
import { smoothstep } from '../mesh/topology.js';
import { CONTROL_POINTS, type FaceParameters } from './parameters.js';

/** A wearer's resting face, as {@link NeutralLearner} learns it. Stays with the wearer: it is never sent. */
export interface NeutralFace {
  readonly pose: HeadPose;
  readonly leftLid: number;
  readonly rightLid: number;
  readonly gazeYawDeg: number;
  readonly gazePitchDeg: number;
  /** Control points in the head's own frame, centimetres of an average head: x₀, y₀, x₁, y₁, … */
  readonly points: readonly number[];
}

/** Lids closer than this share of their neutral opening count as shut: no blink stops halfway for want of precision. */
const SHUT_SHARE = 0.14;
const LEAST_NEUTRAL_LID = 0.25;
const MAX_LID = 1.35;
const COUPLED_WITHIN = 0.4;
const WINK_FROM = 0.7;
const MAX_SHIFT_CM = 3;

/**
 * What the wearer does, relative to the wearer's neutral face. This is the one place where an observation becomes
 * parameters; what renders never sees more than its result.
 * @returns null when the mesh is no face
 */
export function parametersOf(observation: FaceObservation, neutral: NeutralFace): FaceParameters | null {
  const points = controlPointsOf(observation.landmarks);
  if (points === null) return null;
  const { pose, expression } = observation;
  return {
    head: {
      ...relativeAngles(pose, neutral.pose),
      xCm: pose.xCm - neutral.pose.xCm,
      yCm: pose.yCm - neutral.pose.yCm,
      zCm: pose.zCm - neutral.pose.zCm,
    },
    lids: coupleLids(
      relativeLid(expression.leftLid, neutral.leftLid),
      relativeLid(expression.rightLid, neutral.rightLid),
    ),
    gaze: {
      yawDeg: expression.gazeYawDeg - neutral.gazeYawDeg,
      pitchDeg: expression.gazePitchDeg - neutral.gazePitchDeg,
    },
    shifts: points.map((value, i) => {
      const shift = value - (neutral.points[i] ?? 0);
      return Math.max(-MAX_SHIFT_CM, Math.min(MAX_SHIFT_CM, shift));
    }),
  };
}

/** Control points in the head's own frame, or null when the mesh is no face. */
export function controlPointsOf(landmarks: Float32Array): readonly number[] | null {
  const fit = fitHead(landmarks);
  if (fit === null) return null;
  const head = new Float32Array(FACE_VERTEX_COUNT * 3);
  toHeadFrame(landmarks, fit, FACE_VERTEX_COUNT, head);
  const points = CONTROL_POINTS.flatMap((vertex) => [head[vertex * 3] ?? 0, head[vertex * 3 + 1] ?? 0]);
  return points.every(Number.isFinite) ? points : null;
}

/**
 * Rᵀ(neutral) · R(now): turns about the neutral head's own axes, so that a nod stays a nod for a wearer who sits turned
 * away from the camera.
 */
function relativeAngles(
  pose: HeadPose,
  neutral: HeadPose,
): Pick<HeadPose, 'yawDeg' | 'pitchDeg' | 'rollDeg'> {
  const [a, b, c, d, e, f, g, h, i] = headRotation(neutral);
  const r = headRotation(pose);
  const row = (x: number, y: number, z: number): readonly [number, number, number] => [
    x * r[0] + y * r[3] + z * r[6],
    x * r[1] + y * r[4] + z * r[7],
    x * r[2] + y * r[5] + z * r[8],
  ];
  const relative: Matrix3 = [...row(a, d, g), ...row(b, e, h), ...row(c, f, i)];
  return headAngles(relative);
}

/** Lids that differ a little are measured badly: both take the mean. Lids that differ much wink. */
function coupleLids(left: number, right: number): FaceParameters['lids'] {
  const wink = smoothstep((Math.abs(left - right) - COUPLED_WITHIN) / (WINK_FROM - COUPLED_WITHIN));
  const mean = (left + right) / 2;
  return { left: mean + (left - mean) * wink, right: mean + (right - mean) * wink };
}

function relativeLid(lid: number, neutral: number): number {
  const share = lid / Math.max(neutral, LEAST_NEUTRAL_LID);
  return Math.min(MAX_LID, Math.max(0, (share - SHUT_SHARE) / (1 - SHUT_SHARE)));
}
