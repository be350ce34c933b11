export {
  copyI420,
  createI420,
  i420Bytes,
  MAX_FRAME_SIDE,
  planesOf,
  type I420Frame,
  type I420Planes,
} from './i420.js';
export { chromaOf, i420ToRgb, lumaOf, rgbOf, rgbToI420, toByte, type RgbImage } from './colour.js';
export { cropI420, scaleI420, scalePlane } from './scale.js';
export { drawDisclosureLabel, MIN_ANY_LABEL_FRAME, MIN_LABEL_FRAME, type LabelCorner } from './label.js';
export { renderSlate } from './slate.js';
export { drawLine, fillBox, lineCells, wrapText } from './text.js';
export { LANDMARK_COUNT, type Box, type Expression, type FaceObservation, type HeadPose } from './face.js';
export {
  CANONICAL_FACE_CM,
  CANONICAL_FACE_UV,
  FACE_OVAL,
  FACE_POSE_BASIS,
  FACE_TRIANGLES,
  FACE_VERTEX_COUNT,
  LEFT_BROW,
  LEFT_EYE,
  LEFT_EYE_TRIANGLES,
  LEFT_IRIS,
  LIPS_INNER,
  LIPS_OUTER,
  MOUTH_TRIANGLES,
  RIGHT_BROW,
  RIGHT_EYE,
  RIGHT_EYE_TRIANGLES,
  RIGHT_IRIS,
  SKIN_TRIANGLES,
} from './face-mesh.js';
export { headAngles, headRotation, type Matrix3 } from './head-pose.js';
