import { FACE_VERTEX_COUNT, LIPS_INNER, type RgbImage } from '@guise/frame';
import { AvatarError } from '../errors.js';
import { admitFace } from './admit-face.js';
import { measureAperture } from './aperture.js';

/** Opening over width of the lips from which teeth and cavity are to be seen. */
const LEAST_OPENING = 0.22;
const MOST_TURN_DEG = 18;

/**
 * Checks that a further view shows what is behind the lips.
 * @throws AvatarError `mouth-not-open`, `face-turned-away`, and those of {@link admitFace}
 */
export function admitOpenMouth(picture: Pick<RgbImage, 'width' | 'height'>, landmarks: Float32Array): void {
  const { width, height } = picture;
  const { turnDeg } = admitFace({ width, height, data: { length: width * height * 3 } }, landmarks);
  if (turnDeg > MOST_TURN_DEG)
    throw new AvatarError('face-turned-away', 'Open the mouth while looking straight into the camera.');
  const at = (axis: number): Float32Array =>
    Float32Array.from({ length: FACE_VERTEX_COUNT }, (_, i) => landmarks[i * 3 + axis] ?? 0);
  const lips = measureAperture(at(0), at(1), LIPS_INNER);
  if (lips.heightPx < LEAST_OPENING * lips.widthPx)
    throw new AvatarError('mouth-not-open', 'Use a picture in which the teeth show: open the mouth wider.');
}
