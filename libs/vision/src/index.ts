export { openPictureEnlarger, type PictureEnlarger } from './enlargement/picture-enlarger.js';
export { VisionError, type VisionErrorCode } from './errors.js';
export { cosineSimilarity } from './identity/cosine.js';
export type { Landmarker } from './mesh/landmarker.js';
export { openEnhancer, type NeuralEnhancer } from './plug/enhancer.js';
export { openFaceIdentity, type FaceIdentity } from './plug/face-identity.js';
export { openLandmarker } from './plug/landmarker.js';
export { IDENTITY_VALUES, openSwapper, type FaceSwapper } from './plug/swapper.js';
export { openVisionThread } from './thread/vision-thread.js';
export { createVision } from './vision.js';
export { NEURAL_ROLES } from './types.js';
export type {
  FaceTracker,
  ModelSource,
  NeuralRole,
  NeuralSource,
  PersonMask,
  TrackerOptions,
  Vision,
  VisionOptions,
  VisionRole,
} from './types.js';
export {
  findAttributes,
  measureAttributes,
  measureSkinLight,
  FACE_ATTRIBUTES,
  ATTRIBUTE_THRESHOLDS,
  type AttributeFinding,
  type FaceAttribute,
} from './attributes/find-attributes.js';
export {
  knownExecutionProviders,
  ModelError,
  openModelRegistry,
  type ModelErrorCode,
  type ModelRegistry,
  type ModelRegistryOptions,
} from './registry/index.js';
