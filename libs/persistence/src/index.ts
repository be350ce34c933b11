export type { ScriptRunner, StatementHook } from './adapter.js';
export {
  openDatabase,
  type Client,
  type Database,
  type DatabaseOptions,
  type Transaction,
} from './database.js';
export { PersistenceError, isUniqueViolation, type PersistenceErrorCode } from './errors.js';
export { lockFolder, type FolderLock } from './folder-lock.js';
export { LedgerOutbox } from './ledger-outbox.js';
export {
  statementsIn,
  type Statement,
  type StatementEngine,
  type Statements,
  type StatementValue,
} from './statements.js';
export { notify, type Listen, type NotificationListener } from './notifications.js';
export {
  decideAdminGrant,
  insertAdminGrant,
  insertBootstrapGrant,
  hasOpenAdminGrant,
  insertOperatorGrant,
  listAdminGrants,
  lockAdminGrant,
  type AdminGrantRecord,
} from './repositories/admin-grants.js';
export {
  eraseAvatarName,
  findAvatar,
  findConsentAvatar,
  insertAvatar,
  isBundleUsed,
  listAvatars,
  listCatalogue,
  listEndedAvatars,
  listFaceAvatars,
  listOverdueAvatars,
  listSubjectAvatars,
  lockAvatar,
  setAvatarState,
  shareAvatar,
  type AvatarRecord,
} from './repositories/avatars.js';
export {
  answerConsentRequest,
  expireConsentRequests,
  findConsentRequest,
  forgetConsentRequests,
  insertConsentRequest,
  listConsentRequests,
  lockConsentRequest,
  readRequestHistory,
  type ConsentRequestRecord,
} from './repositories/consent-requests.js';
export { findConsent, listConsents, type ConsentRow } from './repositories/consents.js';
export {
  insertCeremony,
  takeCeremony,
  type CeremonyKind,
  type CeremonyRecord,
  type NewCeremony,
} from './repositories/ceremonies.js';
export {
  findActiveDevice,
  findActiveDeviceIds,
  findDeviceByKey,
  insertDevice,
  listDevices,
  revokeDevice,
  type DeviceRecord,
  type PairingSignature,
} from './repositories/devices.js';
export {
  findIdentityPerson,
  hasIdentity,
  insertIdentity,
  moveIdentity,
  touchIdentity,
  type ExternalIdentity,
  type IdentityOrigin,
} from './repositories/external-identities.js';
export {
  deleteProvisionedUser,
  findProvisionedUser,
  findProvisioningClient,
  insertProvisionedUser,
  insertProvisioningClient,
  listProvisioningClients,
  lockProvisionedUser,
  pageProvisionedUsers,
  revokeProvisioningClient,
  rotateProvisioningClient,
  touchProvisioningClient,
  updateProvisionedUser,
  type ProvisionedUserFilter,
  type ProvisionedUserRecord,
  type ProvisioningClientRecord,
} from './repositories/provisioning.js';
export {
  deleteDepartedNames,
  expectUser,
  hasDepartedName,
  insertDepartedNames,
  isProvisionedName,
  takeExpectedUser,
  type ExpectedUserRecord,
} from './repositories/directory-names.js';
export { exportPerson, type PersonExport } from './repositories/person-export.js';
export { forgetDpopProofs, useDpopProof, type UsedProof } from './repositories/dpop-proofs.js';
export {
  eraseSourceFace,
  findActiveSourceFace,
  finishEnrolment,
  insertEnrolment,
  listSourceFaceChanges,
  lockSourceFaces,
  reopenEnrolments,
  replaceSourceFace,
  takeEnrolment,
  type EnrolmentRecord,
  type SourceFaceRecord,
} from './repositories/faces.js';
export {
  endBootstrapInvitations,
  endInvitations,
  findOpenInvitation,
  insertInvitation,
  useInvitation,
  type InvitationRecord,
} from './repositories/invitations.js';
export {
  findPairing,
  insertPairing,
  movePairing,
  notePoll,
  type PairingRecord,
} from './repositories/pairings.js';
export { advancePasskey, listCountsSince, type PasskeyCountRecord } from './repositories/passkey-counts.js';
export {
  countPasskeys,
  countPasskeysOf,
  findUsablePasskey,
  insertPasskey,
  listOwnPasskeys,
  listUsablePasskeys,
  lockClonedPasskey,
  lockPasskeys,
  removePasskey,
  renamePasskey,
  type NewPasskey,
  type OwnPasskey,
  type PasskeyRecord,
} from './repositories/passkeys.js';
export {
  countPersons,
  findPerson,
  findPersons,
  insertPerson,
  listPersons,
  listRoleHolders,
  lockAdmins,
  lockPerson,
  lockPersons,
  personState,
  replaceRoles,
  setPersonState,
  type PersonRecord,
  type PersonState,
} from './repositories/persons.js';
export {
  forgetDecisions,
  insertDecision,
  listDecisions,
  type DecisionRecord,
} from './repositories/decisions.js';
export {
  enactPolicy,
  findPolicy,
  insertPolicy,
  listPolicies,
  lockPolicy,
  readPolicyInForce,
  rejectPolicy,
  type PolicyRecord,
} from './repositories/policies.js';
export {
  findRefreshToken,
  insertRefreshToken,
  useRefreshToken,
  type RefreshTokenRecord,
} from './repositories/refresh-tokens.js';
export {
  approveRecovery,
  endRecovery,
  findRecoveryByParts,
  insertRecovery,
  listRecoveries,
  lockRecovery,
  setRecoveryPart,
  type RecoveryRecord,
} from './repositories/recoveries.js';
export {
  findNoticeAddress,
  forgetAddresses,
  removeNoticeAddress,
  storeNoticeAddress,
} from './repositories/notice-addresses.js';
export {
  countClaimAttempt,
  findAddressClaim,
  removeAddressClaim,
  storeAddressClaim,
  takeAddressClaim,
  type AddressClaim,
} from './repositories/notice-address-claims.js';
export {
  claimDeliveries,
  endDelivery,
  forgetNotices,
  insertPersonNotice,
  listPersonNotices,
  retryDelivery,
  type DueDelivery,
  type NoticeRecipient,
  type PersonNoticeRecord,
} from './repositories/person-notices.js';
export { countAttempt, forgetAttempts, uncountAttempt } from './repositories/sign-in-throttle.js';
export {
  forgetSignals,
  insertSignal,
  isSignalKnown,
  type SharedSignalRecord,
} from './repositories/shared-signals.js';
export {
  endSigningKey,
  insertSigningKey,
  listSigningKeys,
  lockSigningKeys,
  noteDestroyedKey,
  type NewSigningKey,
  type SigningKeyRecord,
} from './repositories/signing-keys.js';
export {
  deleteSignIns,
  findSignIn,
  insertSignIn,
  listSignIns,
  rotateSignIn,
  touchSignIn,
  type SignInRecord,
} from './repositories/sign-ins.js';
export {
  endConsent,
  insertApproval,
  insertConsent,
  type StatementRecord,
} from './repositories/signatures.js';
export {
  entriesOf,
  pageReconciled,
  readReconciled,
  RECONCILED_KINDS,
  type ReconciledEntry,
  type ReconciledKind,
  type ReconciledRow,
} from './repositories/reconciliation.js';
export { findMissingRows, KEPT_KINDS, type KeptKind } from './repositories/missing-rows.js';
export {
  pageSessionRecords,
  type SessionPermit,
  type SessionRecord,
} from './repositories/session-records.js';
export {
  readEntriesAbout,
  sealLedgerEntry,
  stageLedgerEntry,
  type SealedEntry,
  type StoredEntry,
} from './ledger-entries.js';
export {
  destroyFaceEntries,
  destroyLeaverEntries,
  destroyReports,
  hasLeaverEntries,
} from './ledger-erasure.js';
export {
  finishLeaver,
  insertLeaver,
  isErasedPerson,
  listDueLeavers,
  listEndedAvatarsOf,
} from './repositories/leavers.js';
export { readLedgerLag, type LedgerLag } from './repositories/ledger-lag.js';
export {
  answerIdempotencyKey,
  claimIdempotencyKey,
  commitIdempotencyKey,
  forgetIdempotencyKeys,
  releaseIdempotencyKey,
  type EarlierRequest,
  type IdempotencyClaim,
} from './repositories/idempotency-keys.js';
export {
  countPlaced,
  listErasedAbout,
  pageErased,
  readErasures,
  type ErasedEntry,
} from './repositories/erased-entries.js';
export {
  createLedgerStore,
  withSequencerLock,
  type LedgerStore,
  type PublishedCheckpoint,
} from './ledger-store.js';
export {
  countEvidenceSince,
  findEpochLeaf,
  findEvidence,
  findLeafIndex,
  insertEvidence,
  type EvidenceRecord,
} from './repositories/evidence.js';
export { keepPermit, listPermits, type PermitRecord } from './repositories/permits.js';
export {
  countStatusEntries,
  deleteStatusLists,
  findOpenStatusList,
  insertDecoys,
  insertStatusList,
  listOpenStatusLists,
  markSessionPermits,
  readStatusList,
  sealStatusList,
  type StatusValue,
} from './repositories/status-lists.js';
export {
  endWearSessions,
  findWearSession,
  findWearSessionByNumber,
  insertWearSession,
  listLiveSessions,
  lockLiveSessions,
  type LiveSessionsOf,
  lockWearSession,
  noteDisclosure,
  touchWearSession,
  type WearSessionRecord,
} from './repositories/wear-sessions.js';
export {
  readSessionHistory,
  readSigners,
  type HistoryPeriod,
  type SessionHistory,
  type SignedApprovalRow,
} from './repositories/session-history.js';
export {
  lockWearGround,
  type WearGround,
  type WearGroundOf,
  type WearingDevice,
  type WornFace,
  type WornSession,
} from './repositories/wear-grounds.js';
export { findVerification, insertVerification, type NewVerification } from './repositories/verifications.js';
