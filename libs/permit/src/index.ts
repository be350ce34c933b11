export { PERMIT_ERROR_CODES, PermitError, type PermitErrorCode } from './errors.js';
export {
  createEs256Signer,
  createEs256Key,
  KEY_RANDOM_BYTES,
  jwkThumbprint,
  p256PrivateJwk,
  parseP256Jwk,
  type Es256Signer,
  type Es256Verifier,
  type P256PrivateJwk,
} from './key.js';
export { parsePublishedKeys, publishKey, type PinnedKey } from './pinned-key.js';
export { MAX_FUTURE_SECONDS } from './clock.js';
export {
  issuePermit,
  verifyPermit,
  verifyPermitAuthenticity,
  type AuthenticPermit,
  type PermitExpectation,
  type VerifiedPermit,
  type WearAuthorisation,
} from './permit.js';
export { modelPolicyOf } from './model-policy.js';
export {
  ACCESS_TOKEN_MAX_SECONDS,
  issueAccessToken,
  verifyAccessToken,
  type AccessTokenClaims,
  type VerifiedAccessToken,
} from './access-token.js';
export {
  DPOP_MAX_AGE_SECONDS,
  makeDpopProof,
  verifyDpopProof,
  type DpopRequest,
  type VerifiedDpopProof,
} from './dpop.js';
export { issueConsentReceipt, verifyConsentReceipt, type VerifiedConsentReceipt } from './consent-receipt.js';
export {
  signEvidenceSegment,
  signSessionOpening,
  verifyEvidenceSegment,
  verifySessionOpening,
} from './device-jws.js';
export { packStatuses, readStatus, type PackedStatuses, type StatusBits } from './status-list/packed.js';
export {
  issueStatusList,
  packPermitStatuses,
  STATUS_LIST_MAX_SECONDS,
  STATUS_LIST_MEDIA_TYPE,
  STATUS_LIST_SIZE,
  verifyStatusList,
  type PermitStatus,
  type VerifiedStatusList,
} from './status-list/status-list.js';
