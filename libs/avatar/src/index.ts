export { AvatarError, type AvatarErrorCode } from './errors.js';
export {
  BUNDLE_FORMAT,
  BUNDLE_LIMITS,
  type AvatarBundle,
  type AvatarView,
  type Enhancement,
  type PersonMask,
} from './bundle/format.js';
export { GOOD_FACE_PX, warningsOf, type BundleWarning, type BundleWarningCode } from './bundle/inspect.js';
export { bundleSha256, encodeBundle, parseBundle } from './bundle/codec.js';
export type {
  FaceView,
  NotRenderedReason,
  OverlayOptions,
  OverlayRenderer,
  RenderableAvatar,
  RenderReport,
  TurnedViews,
} from './overlay/types.js';
export { createOverlayRenderer } from './overlay/renderer.js';
export {
  CONTROL_POINTS,
  NEUTRAL_PARAMETERS,
  SHIFT_COUNT,
  type FaceParameters,
} from './portrait/parameters.js';
export type { OpenMouthView } from './portrait/open-mouth.js';
export { admitOpenMouth } from './mesh/admit-open-mouth.js';
export { admitTurned, turnedSideOf, type TurnedSide } from './mesh/admit-turned.js';
export { parametersOf, type NeutralFace } from './portrait/measure.js';
export { NeutralLearner } from './portrait/neutral.js';
export { ParameterSteadier } from './portrait/steady.js';
export { decodeParameters, encodeParameters, PARAMETER_BYTES } from './portrait/parameter-codec.js';
export {
  createPortraitRenderer,
  type PortraitAvatar,
  type PortraitOptions,
  type PortraitRenderer,
} from './portrait/portrait-renderer.js';
export { DRAWN_CHARACTERS, type DrawnCharacter } from './drawn/character.js';
export { drawCharacter, type Drawing } from './drawn/draw.js';
