import {
  CANONICAL_FACE_CM,
  FACE_VERTEX_COUNT,
  LEFT_BROW,
  LEFT_EYE,
  LIPS_OUTER,
  RIGHT_BROW,
  RIGHT_EYE,
  type FaceObservation,
} from '@guise/frame';

import { homographyResidual } from './homography.js';
import { median, quantile, spread } from './statistics.js';

/** Below this height (cm under the head origin) the face moves with the jaw. */
const JAW_FROM_CM = 2.5;
/** Frames taken at either end of a turn. */
const FRAMES_PER_END = 5;

/** Vertices that hardly move with expression: nose, cheeks, temples, forehead. */
const RIGID_VERTICES: readonly number[] = (() => {
  const moving = new Set([...LEFT_EYE, ...RIGHT_EYE, ...LEFT_BROW, ...RIGHT_BROW, ...LIPS_OUTER]);
  return Array.from({ length: FACE_VERTEX_COUNT }, (_, vertex) => vertex).filter(
    (vertex) => !moving.has(vertex) && (CANONICAL_FACE_CM[vertex * 3 + 1] ?? NaN) < JAW_FROM_CM,
  );
})();

/** Share of frames left out at either end of a turn: one bad frame must not make the turn. */
const TAIL = 0.04;
/** Turned further than this from the usual direction, the mesh itself is guesswork. */
const MESH_RELIABLE_DEG = 25;
/** Outer eye corners; root of the nose and its base. */
const [RIGHT_CORNER, LEFT_CORNER, NOSE_ROOT, NOSE_BASE] = [33, 263, 168, 2];

/** Frames whose mesh can be trusted for shape: not turned far from the capture's usual direction. */
export function reliableFaces(faces: readonly FaceObservation[]): FaceObservation[] {
  const yaw = median(faces.map((face) => face.pose.yawDeg));
  const pitch = median(faces.map((face) => face.pose.pitchDeg));
  return faces.filter(
    ({ pose }) => Math.hypot(pose.yawDeg - yaw, pose.pitchDeg - pitch) <= MESH_RELIABLE_DEG,
  );
}

/**
 * How much the face is not a flat picture: between the two ends of the widest turn (in yaw, and in pitch) the rigid
 * points of a head shift against each other, those of a photograph only as one plane. Median residual of the best
 * homography over pairs of frames, as a share of the face width; 0 when nothing turned.
 */
export function nonPlanarMotion(faces: readonly FaceObservation[]): number {
  return Math.max(
    residualAcross(faces, (face) => face.pose.yawDeg),
    residualAcross(faces, (face) => face.pose.pitchDeg),
  );
}

/**
 * Spread of log(eye-corner distance / nose length), both measured in space. A head keeps it while it turns; a photograph
 * tilted by 30° is squeezed by 13 %, and the mesh network, which knows heads only, reports a narrower head.
 */
export function shapeStretch(faces: readonly FaceObservation[]): number {
  const values = faces.map(({ landmarks }) =>
    Math.log(distance(landmarks, RIGHT_CORNER, LEFT_CORNER) / distance(landmarks, NOSE_ROOT, NOSE_BASE)),
  );
  return spread(values.filter(Number.isFinite));
}

function distance(landmarks: Float32Array, p: number, q: number): number {
  const along = (axis: number): number => (landmarks[p * 3 + axis] ?? NaN) - (landmarks[q * 3 + axis] ?? NaN);
  return Math.hypot(along(0), along(1), along(2));
}

function residualAcross(faces: readonly FaceObservation[], angle: (face: FaceObservation) => number): number {
  const angles = faces.map(angle);
  const low = nearest(faces, angle, quantile(angles, TAIL));
  const high = nearest(faces, angle, quantile(angles, 1 - TAIL));
  const residuals = low.flatMap((from) =>
    high.flatMap((to) => {
      const residual = homographyResidual({ from: rigidPoints(from), to: rigidPoints(to) });
      return residual === undefined ? [] : [residual / to.box.width];
    }),
  );
  return residuals.length === 0 ? 0 : median(residuals);
}

function nearest(
  faces: readonly FaceObservation[],
  angle: (face: FaceObservation) => number,
  target: number,
): FaceObservation[] {
  const away = (face: FaceObservation): number => Math.abs(angle(face) - target);
  return [...faces].sort((p, q) => away(p) - away(q)).slice(0, FRAMES_PER_END);
}

function rigidPoints({ landmarks }: FaceObservation): Float64Array {
  const points = new Float64Array(RIGID_VERTICES.length * 2);
  RIGID_VERTICES.forEach((vertex, i) => {
    points[2 * i] = landmarks[vertex * 3] ?? NaN;
    points[2 * i + 1] = landmarks[vertex * 3 + 1] ?? NaN;
  });
  return points;
}
