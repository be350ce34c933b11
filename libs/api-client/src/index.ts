export {
  ApiError,
  AuthorityAnswerError,
  AuthorityRefusal,
  AuthorityUnreachableError,
  type ApiErrorCode,
  type TransportErrorCode,
} from './errors.js';
export {
  bytesOf,
  createTransport,
  DEFAULT_TIMEOUT_MS,
  MAX_ANSWER_BYTES,
  parseAnswer,
  pathOf,
  textOf,
  UPLOAD_TIMEOUT_MS,
  type Answer,
  type Call,
  type Transport,
  type TransportConfig,
} from './transport.js';
export {
  createDeviceTransport,
  createDpopTransport,
  type DeviceTokens,
  type DpopTransport,
  type SignDpopProof,
  type TokenStore,
} from './dpop.js';
export type { FormPart } from './multipart.js';
export { awaitPairing, startPairing, type PairingOffer, type PairingPorts } from './pairing.js';
export { bearerExchange } from './sign-in.js';
export { createPublicApi, type PublicApi } from './public-api.js';
export { createPersonApi, type AuthenticatedExchange, type PersonApi } from './person-api.js';
export { createDeviceApi, type DeviceApi } from './device-api.js';
