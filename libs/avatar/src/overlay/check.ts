import { LANDMARK_COUNT, type I420Frame } from '@guise/frame';
import { fitHead, type HeadFit } from '../mesh/similarity.js';
import { meshBounds, type Bounds } from '../mesh/bounds.js';
import { MAX_RESIDUAL_CM } from '../mesh/admit-face.js';
import type { NotRenderedReason } from './types.js';

const MIN_FACE_PX = 32;
const MAX_FACE_PX = 4096;
/** Share of the face's height or width that may lie outside the frame. */
const MAX_OVERHANG = 0.06;
const MAX_TURN_DEG = 52;

export type FaceCheck =
  | { readonly ok: true; readonly fit: HeadFit; readonly bounds: Bounds; readonly widthPx: number }
  | { readonly ok: false; readonly reason: NotRenderedReason };

/** Decides whether a face can be covered wholly. Everything after it may rely on finite, sane positions. */
export function checkFace(frame: I420Frame, landmarks: Float32Array): FaceCheck {
  if (landmarks.length !== LANDMARK_COUNT * 3 || !landmarks.every(Number.isFinite))
    return { ok: false, reason: 'landmarks-invalid' };
  const bounds = meshBounds(landmarks);
  const widthPx = bounds.right - bounds.left;
  const heightPx = bounds.bottom - bounds.top;
  if (widthPx < MIN_FACE_PX || heightPx < MIN_FACE_PX) return { ok: false, reason: 'face-too-small' };
  if (widthPx > MAX_FACE_PX || heightPx > MAX_FACE_PX) return { ok: false, reason: 'face-too-large' };
  const overX = Math.max(-bounds.left, bounds.right - frame.width);
  const overY = Math.max(-bounds.top, bounds.bottom - frame.height);
  if (overX > MAX_OVERHANG * widthPx || overY > MAX_OVERHANG * heightPx)
    return { ok: false, reason: 'face-cut-off' };
  const fit = fitHead(landmarks);
  if (fit === null || fit.residualCm > MAX_RESIDUAL_CM) return { ok: false, reason: 'landmarks-invalid' };
  if (fit.turnDeg > MAX_TURN_DEG) return { ok: false, reason: 'face-turned-away' };
  return { ok: true, fit, bounds, widthPx };
}
