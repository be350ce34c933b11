export { VERIFICATION_ERROR_CODES, VerificationError, type VerificationErrorCode } from './errors.js';
export {
  type EpochRecord,
  type MarkObservation,
  type Period,
  type SecondObservation,
  type SessionRecords,
  type Trace,
} from './observation.js';
export { decideVerdict, type VerdictDecision } from './verdict.js';
export { coverageOf, isWhole } from './coverage.js';
export { isWholeFrame, MIN_SHARE, shareOf } from './frame-share.js';
export { geometryOf, regionOf, USUAL_SHAPE } from './marked-region.js';
export {
  ALTERED_MIN_TILES,
  alteredTiles,
  FACE_DIFFERS_DISTANCE,
  FACE_MAX_DISTANCE,
  judgePicture,
  matchPicture,
  matchScene,
  MIN_TILES,
  PICTURE_DIFFERS_DISTANCE,
  PICTURE_MAX_DISTANCE,
  sceneDistance,
  TILES_DIFFER_MEDIAN,
  TILES_MAX_MEDIAN,
  type PictureJudgement,
  type PictureMatch,
} from './picture-match.js';
export { judgePictures, type PicturesJudgement } from './judge-pictures.js';
export { REASON_CODES, type ReasonCode, type SecondVerdict } from './reasons.js';
export { findAssertionFault, type AssertionFault } from './passkey.js';
export { buildProofBundle, parseProofBundle, type BundleEntry } from './bundle.js';
export { requireKeysContinue, verifyKeyHistory, type VerifiedKeyHistory } from './key-history.js';
export { parseTrustRoot, type ParsedTrustRoot, type ProofPolicy } from './trust.js';
export { CHECK_NAMES, type Check, type CheckName } from './checklist.js';
export { PROOF_EXIT_CODES, verifyProofBundle, type ProofOutcome, type ProofResult } from './verify-bundle.js';
