import { FACE_VERTEX_COUNT, LIPS_INNER } from '@guise/frame';
import { AvatarError } from '../errors.js';
import { admitFace, type DecodedSize } from './admit-face.js';
import { measureAperture } from './aperture.js';
import { toHeadFrame, yawDegOf } from './similarity.js';

/** Sides to which a head is turned: the subject's own, so that `left` is the right of an unmirrored picture. */
export const TURNED_SIDES = ['left', 'right'] as const;
export type TurnedSide = (typeof TURNED_SIDES)[number];

/** To which side a view's head is turned; null for a view of another kind. */
export function turnedSideOf(role: 'mouth-open' | `turned-${TurnedSide}`): TurnedSide | null {
  return TURNED_SIDES.find((side) => role === `turned-${side}`) ?? null;
}

/** Below it the cheek is hardly seen better than from the front; above it the mesh is a guess. */
const [LEAST_YAW_DEG, MOST_YAW_DEG] = [20, 45];
/** With what a head is raised or lowered besides. */
const MOST_TURN_DEG = 48;
/** Opening over width of the lips: an open mouth draws the cheeks down. */
const SHUT_LIPS = 0.14;

/**
 * Checks that a further view shows one side of the face.
 * @throws AvatarError `face-not-turned`, `mouth-not-shut`, and those of {@link admitFace}
 */
export function admitTurned(
  { width, height }: Pick<DecodedSize, 'width' | 'height'>,
  landmarks: Float32Array,
  side: TurnedSide,
): void {
  const fit = admitFace({ width, height, data: { length: width * height * 3 } }, landmarks, MOST_TURN_DEG);
  const yawDeg = yawDegOf(fit) * (side === 'left' ? 1 : -1);
  if (yawDeg < 0)
    throw new AvatarError(
      'face-not-turned',
      `Turn the head to its own ${side}: it is turned to the other side.`,
    );
  if (yawDeg < LEAST_YAW_DEG || yawDeg > MOST_YAW_DEG)
    throw new AvatarError(
      'face-not-turned',
      `Turn the head to its own ${side} by ${String(LEAST_YAW_DEG)}° to ${String(MOST_YAW_DEG)}°: it is turned by ${yawDeg.toFixed(0)}°.`,
    );
  const local = new Float32Array(FACE_VERTEX_COUNT * 3);
  toHeadFrame(landmarks, fit, FACE_VERTEX_COUNT, local);
  const along = (axis: number): Float32Array =>
    Float32Array.from({ length: FACE_VERTEX_COUNT }, (_, i) => local[i * 3 + axis] ?? 0);
  const lips = measureAperture(along(0), along(1), LIPS_INNER);
  if (lips.heightPx > SHUT_LIPS * lips.widthPx)
    throw new AvatarError('mouth-not-shut', 'Close the mouth for a picture of the turned head.');
}
