import type { Detection } from '../detection/decode.js';
import type { Region } from '../patch/affine.js';

/** Side of the mesh network's crop over the size of the face (MediaPipe face_landmark: RectTransformation 1.5). */
const CROP_OVER_FACE = 1.5;
const RIGHT_EYE_OUTER = 33;
const LEFT_EYE_OUTER = 263;
const FACE_POINTS = 468;

/** The crop for a face just detected: square, turned so that the eyes are level. */
export function regionOfDetection(face: Detection): Region {
  const [rightEye = [0, 0], leftEye = [1, 0]] = face.keypoints;
  const side = Math.max(face.width, face.height) * CROP_OVER_FACE;
  return {
    cx: face.x + face.width / 2,
    cy: face.y + face.height / 2,
    width: side,
    height: side,
    angle: Math.atan2(leftEye[1] - rightEye[1], leftEye[0] - rightEye[0]),
  };
}

/** The crop for the next frame of a tracked face: its upright bounding square in the frame of the level eyes. */
export function regionOfLandmarks(landmarks: Float32Array): Region {
  const at = (index: number): number => landmarks[index] ?? NaN;
  const angle = Math.atan2(
    at(LEFT_EYE_OUTER * 3 + 1) - at(RIGHT_EYE_OUTER * 3 + 1),
    at(LEFT_EYE_OUTER * 3) - at(RIGHT_EYE_OUTER * 3),
  );
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < FACE_POINTS * 3; i += 3) {
    const u = at(i) * cos + at(i + 1) * sin;
    const v = at(i + 1) * cos - at(i) * sin;
    left = Math.min(left, u);
    right = Math.max(right, u);
    top = Math.min(top, v);
    bottom = Math.max(bottom, v);
  }
  const [u, v] = [(left + right) / 2, (top + bottom) / 2];
  const side = Math.max(right - left, bottom - top) * CROP_OVER_FACE;
  return { cx: u * cos - v * sin, cy: u * sin + v * cos, width: side, height: side, angle };
}
