import { FACE_VERTEX_COUNT, LIPS_INNER } from '@guise/frame';
import { admitFace } from '../mesh/admit-face.js';
import { admitTurned, turnedSideOf } from '../mesh/admit-turned.js';
import { measureAperture } from '../mesh/aperture.js';
import { meshBounds } from '../mesh/bounds.js';
import { fitHead } from '../mesh/similarity.js';
import { AvatarError, type AvatarErrorCode } from '../errors.js';
import type { AvatarBundle } from './format.js';

export type BundleWarningCode =
  | AvatarErrorCode
  | 'no-person-mask'
  | 'small-face'
  | 'enhanced-picture'
  | 'turned-face'
  | 'small-view'
  | 'little-room'
  | 'open-mouth'
  | 'no-licence'
  | 'no-provenance';

export interface BundleWarning {
  readonly code: BundleWarningCode;
  readonly message: string;
}

/** Width of a face that fills what a portrait shows of it, pixels. */
export const GOOD_FACE_PX = 220;
const GOOD_TURN_DEG = 15;
/** Half of what a portrait shows of a room beside the face, in face widths. */
const GOOD_ROOM = 1;
const SHUT_MOUTH = 0.08;
/** Height of a view's face over that of the picture's. */
const SMALL_VIEW = 0.6;

/** What a reviewer should know of a bundle before anyone wears it. An empty list: nothing was found. */
export function warningsOf(bundle: AvatarBundle): readonly BundleWarning[] {
  const found: BundleWarning[] = [];
  const warn = (code: BundleWarningCode, message: string): number => found.push({ code, message });
  const { width, height } = bundle.picture;
  const refusal = refusalOf(bundle);
  if (refusal !== null) warn(refusal.code, `It cannot be worn. ${refusal.message}`);
  const box = meshBounds(bundle.landmarks);
  const face = box.right - box.left;
  if (face < GOOD_FACE_PX)
    warn(
      'small-face',
      `The face is ${face.toFixed(0)} pixels wide: below ${GOOD_FACE_PX} a portrait looks soft.`,
    );
  const enlarged = [bundle, ...(bundle.views ?? [])].find((view) => view.enhancement !== undefined);
  if (enlarged?.enhancement !== undefined)
    warn(
      'enhanced-picture',
      `A network made a picture ${enlarged.enhancement.factor} times as large: its fine detail is made up, not photographed.`,
    );
  for (const view of bundle.views ?? []) warnOfTurned(view, bundle, warn);
  const turn = fitHead(bundle.landmarks)?.turnDeg ?? 0;
  if (turn > GOOD_TURN_DEG)
    warn('turned-face', `The face is turned by ${turn.toFixed(0)}°: its far cheek stays narrow.`);
  const room = Math.min(box.left, width - box.right) / face;
  if (room < GOOD_ROOM)
    warn(
      'little-room',
      'The picture ends near the face: what a wide view shows beside it is made up, and blurred.',
    );
  if (height - box.bottom < 0.5 * (box.bottom - box.top))
    warn('little-room', 'The picture ends below the chin: the view is nearer than a webcam’s.');
  if (mouthOpening(bundle.landmarks) > SHUT_MOUTH)
    warn('open-mouth', 'The mouth is open in the picture, and stays open while the wearer is at rest.');
  if (bundle.personMask === undefined)
    warn('no-person-mask', 'The person is not told from the background: the outline will be guessed.');
  if (bundle.licence.trim() === '') warn('no-licence', 'No licence is stated.');
  if (bundle.provenance.trim() === '') warn('no-provenance', 'Where the picture comes from is not stated.');
  return found;
}

type Warn = (code: BundleWarningCode, message: string) => unknown;
type FurtherView = NonNullable<AvatarBundle['views']>[number];

/** Of a turned head's view: what an overlay refuses, and what would look soft beside the picture. */
function warnOfTurned({ role, picture, landmarks }: FurtherView, bundle: AvatarBundle, warn: Warn): void {
  const side = turnedSideOf(role);
  if (side === null) return;
  try {
    admitTurned(picture, landmarks, side);
  } catch (error) {
    if (!(error instanceof AvatarError)) throw error;
    warn(error.code, `As an overlay it cannot be worn. The ${role} view: ${error.message}`);
    return;
  }
  const tall = (of: Float32Array): number => meshBounds(of).bottom - meshBounds(of).top;
  if (tall(landmarks) < SMALL_VIEW * tall(bundle.landmarks))
    warn(
      'small-view',
      `The face of the ${role} view is much smaller than the picture's: that side looks soft.`,
    );
}

/** Why no renderer takes it; the picture is not decoded, so its pixels do not matter here. */
function refusalOf({ picture, landmarks }: AvatarBundle): AvatarError | null {
  const { width, height } = picture;
  try {
    admitFace({ width, height, data: { length: width * height * 3 } }, landmarks);
    return null;
  } catch (error) {
    if (error instanceof AvatarError) return error;
    throw error;
  }
}

function mouthOpening(landmarks: Float32Array): number {
  const at = (axis: number): Float32Array =>
    Float32Array.from({ length: FACE_VERTEX_COUNT }, (_, i) => landmarks[i * 3 + axis] ?? 0);
  const lips = measureAperture(at(0), at(1), LIPS_INNER);
  return lips.heightPx / lips.widthPx;
}
