import { LANDMARK_COUNT, type Box, type I420Frame } from '@guise/frame';

import { measureExpression } from '../expression/measure-expression.js';
import type { Mesh } from '../mesh/landmarker.js';
import { solvePose } from '../pose/solve-pose.js';
import type { FaceMeasurement } from '../smoothing/observation-smoother.js';

/** Below this the mesh network says its crop shows no face (MediaPipe: min_tracking_confidence). */
const MESH_THRESHOLD = 0.5;
/** A face narrower than this has no features left to measure. */
const SMALLEST_FACE_PX = 8;
/** Share of the face box that must lie in the frame. */
const LEAST_IN_FRAME = 0.35;

/** Bounding box of the 468 surface points. */
export function faceBox(landmarks: Float32Array): Box {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < 468 * 3; i += 3) {
    const [x = NaN, y = NaN] = [landmarks[i], landmarks[i + 1]];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

export interface MeasuredFace extends FaceMeasurement {
  readonly box: Box;
  /** Confidence of the mesh network, 0–1. */
  readonly score: number;
}

/** Pose and expression of a mesh; undefined where it is not a face that can be measured. */
export function measureFace(mesh: Mesh, frame: I420Frame): MeasuredFace | undefined {
  const { landmarks } = mesh;
  if (!(mesh.score >= MESH_THRESHOLD) || landmarks.length !== LANDMARK_COUNT * 3) return undefined;
  if (!landmarks.every(Number.isFinite)) return undefined;
  const box = faceBox(landmarks);
  if (box.width < SMALLEST_FACE_PX || shareInFrame(box, frame) < LEAST_IN_FRAME) return undefined;
  const pose = solvePose(landmarks, frame.width, frame.height);
  if (!pose) return undefined;
  return { landmarks, box, score: mesh.score, pose, expression: measureExpression(landmarks, pose) };
}

function shareInFrame(box: Box, frame: I420Frame): number {
  const width = Math.min(box.x + box.width, frame.width) - Math.max(box.x, 0);
  const height = Math.min(box.y + box.height, frame.height) - Math.max(box.y, 0);
  return width > 0 && height > 0 ? (width * height) / (box.width * box.height) : 0;
}
