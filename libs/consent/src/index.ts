export {
  countingApprovals,
  type Actor,
  type ApprovalRecord,
  type AvatarCase,
  type ConsentRecord,
} from './avatar-case.js';
export { decideAbsence, decideApproval, decideApprovalOffer, decideSuspension } from './decide-approval.js';
export {
  CONSENT_MAX_SECONDS,
  decideConsent,
  decideConsentOffer,
  decideExpiry,
  decideWithdrawal,
  supersededBy,
} from './decide-consent.js';
export {
  decideDraft,
  decidePicture,
  decideSubmission,
  type Draft,
  type PictureFacts,
} from './decide-draft.js';
export { decideErasure } from './decide-erasure.js';
export {
  CATALOGUE_STATES,
  decideRequest,
  decideRequestAnswer,
  decideRequestCancel,
  REQUEST_SECONDS,
  scopeForRequest,
  type RequestCase,
  type RequestHistory,
} from './decide-request.js';
export { decideWear, type WearDecision } from './decide-wear.js';
export type { Decision } from './decision.js';
export { buildConsentRecord, type ConsentFacts } from './consent-record.js';
export { CONSENT_ERROR_CODES, ConsentError, type ConsentErrorCode } from './errors.js';
export { CONSENT_NOTICES, ENROLMENT_NOTICES, type Notice } from './notice.js';
export {
  decidePolicy,
  decidePolicyOffer,
  decideProposal,
  DEFAULT_POLICY,
  requiredApprovals,
  type PolicyInForce,
  type PolicyProposal,
} from './policy.js';
export { RULES, type RuleId } from './rules.js';
export { findUnmet, isRunning, termsOf, type WearWish } from './terms.js';
