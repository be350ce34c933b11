export { VisionError, type VisionErrorCode } from './errors.js';
export { cosineSimilarity } from './identity/cosine.js';
export { createVision } from './vision.js';
export type {
  FaceTracker,
  ModelSource,
  PersonMask,
  TrackerOptions,
  Vision,
  VisionOptions,
  VisionRole,
} from './types.js';
export {
  knownExecutionProviders,
  ModelError,
  openModelRegistry,
  type ModelErrorCode,
  type ModelRegistry,
  type ModelRegistryOptions,
} from './registry/index.js';
