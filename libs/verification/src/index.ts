export { VERIFICATION_ERROR_CODES, VerificationError, type VerificationErrorCode } from './errors.js';
export {
  type EpochRecord,
  type FingerprintMatch,
  type Period,
  type SecondObservation,
  type SessionRecords,
  type Trace,
} from './observation.js';
export {
  alteredTiles,
  decideVerdict,
  PICTURE_DIFFERS_MEDIAN,
  PICTURE_MAX_MEDIAN,
  TILE_MIN_DISTANCE,
  TILE_MIN_EXCESS,
  type VerdictDecision,
} from './verdict.js';
export { REASON_CODES, type ReasonCode, type SecondVerdict } from './reasons.js';
export { findAssertionFault, type AssertionFault } from './passkey.js';
export { buildProofBundle, parseProofBundle, type BundleEntry } from './bundle.js';
export { parseTrustRoot, type ParsedTrustRoot, type ProofPolicy } from './trust.js';
export { CHECK_NAMES, type Check, type CheckName } from './checklist.js';
export { PROOF_EXIT_CODES, verifyProofBundle, type ProofOutcome, type ProofResult } from './verify-bundle.js';
