export { sha256HexOf } from './bytes.js';
export { judgeCounter, type CounterJudgement, type CountsSince, type PasskeyCount } from './counter.js';
export { IDENTITY_ERROR_CODES, IdentityError, type IdentityErrorCode } from './errors.js';
export {
  offerAuthentication,
  offerRegistration,
  refuseUnknownPasskey,
  SIGN_AGAIN,
  verifyAssertion,
  verifyRegistration,
  type Passkey,
  type RelyingParty,
  type VerifiedAssertion,
  type VerifiedRegistration,
} from './passkey.js';
export {
  decidePoll,
  drawUserCode,
  PAIRING_SECONDS,
  POLL_INTERVAL_SECONDS,
  type PairingState,
  type PollDecision,
  type RandomBytes,
} from './pairing.js';
export { isAlive, isFreshlyVerified, needsTouch, STEP_UP_SECONDS, type SignInState } from './sign-in.js';
export { hashStatement, verifySignedStatement, writeStatement, type StatementText } from './statement.js';
export {
  compareTemplates,
  createBinariser,
  SAME_FACE_COSINE,
  SAME_FACE_DISTANCE,
  TEMPLATE_BITS,
  TEMPLATE_BYTES,
  templateDistance,
  type Binariser,
} from './template.js';
export { TemplateGallery } from './template-gallery.js';
export {
  decideThrottle,
  THROTTLE_LIMITS,
  THROTTLE_WINDOW_SECONDS,
  type AttemptCount,
  type ThrottleScope,
} from './throttle.js';
export {
  decideRecoveryApproval,
  decideRecoveryCancel,
  decideRecoveryPart,
  decideRecoveryRequest,
  decideRecoveryUse,
  RECOVERY_DELAY_SECONDS,
  type RecoveryCase,
} from './recovery.js';
