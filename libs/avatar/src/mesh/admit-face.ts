import { LANDMARK_COUNT } from '@guise/frame';
import { AvatarError } from '../errors.js';
import { meshBounds } from './bounds.js';
import { fitHead, type HeadFit } from './similarity.js';

/** A mesh is not a face when its rigid points miss the canonical head by more than this. */
export const MAX_RESIDUAL_CM = 1.6;
const MIN_AVATAR_FACE_PX = 64;
const MAX_AVATAR_TURN_DEG = 40;
/** Share of the face that may lie outside the avatar's picture. */
const MAX_OVERHANG = 0.03;

/** A decoded RGB picture, of which only the sizes matter. */
export interface DecodedSize {
  readonly width: number;
  readonly height: number;
  readonly data: { readonly length: number };
}

/**
 * Checks that a picture can make an avatar.
 * @param mostTurnDeg how far the head may be turned away
 * @returns where its head is
 * @throws AvatarError
 */
export function admitFace(
  picture: DecodedSize,
  landmarks: Float32Array,
  mostTurnDeg = MAX_AVATAR_TURN_DEG,
): HeadFit {
  if (picture.data.length !== picture.width * picture.height * 3)
    throw new AvatarError('picture-size-mismatch', 'The decoded avatar picture does not fit its size.');
  const fit =
    landmarks.length === LANDMARK_COUNT * 3 && landmarks.every(Number.isFinite) ? fitHead(landmarks) : null;
  if (fit === null || fit.residualCm > MAX_RESIDUAL_CM)
    throw new AvatarError('landmarks-invalid', 'No usable face was found in the avatar picture.');
  if (fit.turnDeg > mostTurnDeg)
    throw new AvatarError('face-turned-away', 'Use a picture in which the face looks towards the camera.');
  const box = meshBounds(landmarks);
  const overhang = Math.max(-box.left, -box.top, box.right - picture.width, box.bottom - picture.height);
  if (overhang > MAX_OVERHANG * (box.bottom - box.top))
    throw new AvatarError('face-cut-off', 'Use a picture that shows the whole face.');
  if (box.right - box.left < MIN_AVATAR_FACE_PX)
    throw new AvatarError('face-too-small', `The face must be at least ${MIN_AVATAR_FACE_PX} pixels wide.`);
  return fit;
}
