export { Api, textOf, type ApiAnswer, type CallOptions, type Method } from './api.js';
export { openTestAuthority, type TestAuthority, type TestAuthorityOptions } from './authority.js';
export { compiled } from './compiled.js';
export { openLasting, type LastingDatabase } from './lasting.js';
export { TestClock } from './clock.js';
export {
  MIGRATIONS,
  openTestDatabase,
  testDatabases,
  type DatabaseKind,
  type TestDatabase,
} from './databases.js';
export {
  firstAdmin,
  invitePerson,
  newAuthenticator,
  registerPasskey,
  signIn,
  signOffer,
  stepUp,
  type TestPerson,
} from './people.js';
export { TestPage } from './pages.js';
export { codeMailedTo, openTestMailServer, type TestMailServer } from './mail-server.js';
export { provisioningToken, SCIM_PATCH, SCIM_USER, ScimClient } from './scim-client.js';
export { openTestProvider, type TestProvider } from './openid-provider.js';
export { multipart } from './forms.js';
export { FillingDisk } from './full-disk.js';
export { checkLedger, witnessLedger, type LedgerWitness } from './published-ledger.js';
export {
  activeExecutiveAvatar,
  consentTo,
  decideOn,
  draftAvatar,
  enrol,
  makeBundle,
  openTestOrganisation,
  scopeFor,
  type DraftOptions,
  type TestOrganisation,
} from './organisation.js';
export { embeddingOf, ScriptedFaceJudge } from './scripted-face-judge.js';
export { deviceSigner, pairDevice, proofFor, type ProofChanges, type TestDevice } from './devices.js';
export {
  askPermit,
  CHAIN_LENGTH,
  openTestSession,
  testEpoch,
  type OpeningOptions,
  type TestSession,
} from './wearing.js';
export {
  CLIP_FPS,
  CLIP_SIZE,
  evidenceOfFrames,
  markFrames,
  pictureOf,
  sceneFrames,
  writeClip,
  type ClipMark,
} from './marked-clip.js';
export { openWearing, type Wearing } from './marked-session.js';
export { freePort, openServedWearing, type ServedWearing } from './served.js';
/** For attacks that stop or drive the log. */
export { LedgerSequencer } from '../ledger/ledger-sequencer.js';
export { SigningKeys } from '../keys/signing-keys.js';
export { createOutboundFetch, type ResolvedAddress } from '../outbound/outbound-fetch.js';
export { Reconciliation } from '../reconciliation/reconciliation.service.js';
export { parseConfig } from '../config.js';
export { RetentionService } from '../retention/retention.service.js';
