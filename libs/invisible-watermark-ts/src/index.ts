export { WatermarkError, type WatermarkErrorCode } from './errors.js';
export type {
  DetectAllOptions,
  DetectOptions,
  Detection,
  DetectionStatistics,
  EpochSection,
  Geometry,
  LumaFrame,
  Outline,
  Payload,
  Point,
  SearchReach,
  Size,
} from './types.js';
export { EPOCH_HINT_MODULUS, EPOCH_TAG_MIN_Z, MAX_FALSE_POSITIVE_LOG10, SESSION_BITS } from './format.js';
export { createEmbedder, type Embedder, type EmbedderOptions } from './embedder.js';
export { createDetector, type Detector, type DetectorOptions } from './detector.js';
export type { DetectorStream, StreamOptions, TimedLumaFrame, WindowDetection } from './detector-stream.js';
export { createEpochChain, deriveEarlierKey, verifyDisclosedKey, type EpochChain } from './epoch-chain.js';
export {
  FACE_FINGERPRINT_BYTES,
  fingerprint,
  fingerprintFace,
  FINGERPRINT_BYTES,
  FINGERPRINT_TILES,
  recordedFace,
} from './fingerprint.js';
export { faceRegion, type PictureRegion } from './fingerprint-region.js';
export {
  createFingerprintReader,
  type FingerprintReader,
  type ReceivedPicture,
  type SceneComparison,
} from './fingerprint-reader.js';
export { rectify, type RectifiedPicture } from './rectify.js';
export { createKeyTrials, trialBoundLog10, type KeyTrials, type Trial } from './trials.js';
export { type KernelChoice, selectKernels } from './kernels/select.js';
