import { z } from 'zod';
import {
  adminGrantId,
  base64url,
  deviceId,
  passkeyId,
  personId,
  sha256Hex,
  signInId,
  unixSeconds,
} from './ids.js';

export const role = z.enum(['employee', 'admin', 'auditor']);
export type Role = z.infer<typeof role>;

export const displayName = z.string().trim().min(1).max(120);

/** POST /v1/invitations (admin) */
export const invitationRequest = z.strictObject({ displayName, roles: z.array(role).min(1).max(3) });
export const invitationResponse = z.object({
  /** Single use; shown once. */
  token: base64url(64),
  personId,
  expiresAt: unixSeconds,
  /** What another admin approves before the person is admin; null when there is nothing to approve. */
  adminGrant: adminGrantId.nullable(),
});

/** POST /v1/passkeys/registration/options; the bootstrap token of a new authority is an invitation too. */
export const registrationOptionsRequest = z.strictObject({ invitation: base64url(64) });
/** Browser-made WebAuthn structures are bounded here and parsed by @simplewebauthn/server. */
export const webauthnOptions = z.looseObject({ challenge: base64url(200) });
export const webauthnResponse = z.strictObject({
  id: base64url(1400),
  rawId: base64url(1400),
  type: z.literal('public-key'),
  response: z.record(z.string().max(40), z.unknown()),
  clientExtensionResults: z.record(z.string().max(40), z.unknown()).default({}),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
});
export type WebauthnResponse = z.infer<typeof webauthnResponse>;
export const registrationOptionsResponse = z.object({ ceremony: base64url(64), options: webauthnOptions });
/** What a person calls one of their passkeys. */
export const passkeyName = z.string().trim().min(1).max(60);
/**
 * How a sign-in is carried: `bearer` for programs (the answer holds a token), `cookie` for browsers (the answer sets an
 * HttpOnly cookie and holds what a page repeats in `X-CSRF-Token`).
 */
export const signInCarrier = z.enum(['bearer', 'cookie']);
export type SignInCarrier = z.infer<typeof signInCarrier>;
/** POST /v1/passkeys/registration */
export const registrationRequest = z.strictObject({
  ceremony: base64url(64),
  response: webauthnResponse,
  name: passkeyName.default('First passkey'),
  carrier: signInCarrier.default('bearer'),
});
/** POST /v1/passkeys/authentication/options (no body: discoverable credentials) */
export const authenticationOptionsResponse = z.object({ ceremony: base64url(64), options: webauthnOptions });
/** POST /v1/passkeys/authentication */
export const authenticationRequest = z.strictObject({
  ceremony: base64url(64),
  response: webauthnResponse,
  carrier: signInCarrier.default('bearer'),
});

/** Answer to a finished registration, authentication or step-up of a program: an opaque bearer of a sign-in. */
export const signInResponse = z.object({ token: base64url(64), expiresAt: unixSeconds, personId });
/** The same for a browser: the token is in a cookie that no script reads. */
export const cookieSignInResponse = z.object({
  csrfToken: base64url(43).length(43),
  expiresAt: unixSeconds,
  personId,
});
export const anySignInResponse = z.union([signInResponse, cookieSignInResponse]);

/** POST /v1/step-up/options, then POST /v1/step-up: a fresh user verification; the sign-in gets a new token. */
export const stepUpRequest = z.strictObject({ ceremony: base64url(64), response: webauthnResponse });

/** GET /v1/sign-ins lists the own sign-ins; POST /v1/sign-ins/:id/revoke ends one. */
export const signInRow = z.object({
  id: signInId,
  carrier: signInCarrier,
  /** User-Agent of the sign-in, as it was sent. */
  client: z.string().max(200),
  createdAt: unixSeconds,
  lastUsedAt: unixSeconds,
  expiresAt: unixSeconds,
  /** The one that asks. */
  current: z.boolean(),
});
/** GET /v1/sign-ins/current: what a page needs after it was loaded again. */
export const currentSignIn = z.object({
  id: signInId,
  /** Null for a bearer. */
  csrfToken: base64url(43).length(43).nullable(),
  expiresAt: unixSeconds,
  /** Until when the last user verification counts as fresh. */
  verifiedUntil: unixSeconds,
});

/** GET /v1/passkeys lists the own passkeys; POST …/:id/rename and …/:id/remove change one. */
export const passkeyRow = z.object({
  id: passkeyId,
  name: passkeyName,
  createdAt: unixSeconds,
  lastUsedAt: unixSeconds.nullable(),
  /** Synchronised by its provider, as the authenticator says. */
  backedUp: z.boolean(),
  /** `locked`: its counter went back, so it was copied. */
  state: z.enum(['usable', 'locked']),
});
export const passkeyList = z.array(passkeyRow).max(100);
export const renamePasskeyRequest = z.strictObject({ name: passkeyName });
/** POST /v1/passkeys: a further passkey of a signed-in person. */
export const addPasskeyRequest = z.strictObject({
  ceremony: base64url(64),
  response: webauthnResponse,
  name: passkeyName,
});

/** GET /v1/oidc: the OpenID provider that people may sign in with beside passkeys; null when there is none. */
export const oidcProviderResponse = z.object({ name: z.string().max(60).nullable() });

/**
 * POST /v1/oidc/sign-in, or /v1/oidc/link by somebody signed in: where the page sends its browser. The browser comes back
 * to /oidc/callback with the cookie that this answer sets, and is sent on to /account.
 */
export const oidcFlowResponse = z.object({ url: z.url().max(8192) });

/** GET /v1/me */
export const personResponse = z.object({
  personId,
  displayName,
  roles: z.array(role),
  sourceFace: z.object({ id: z.string(), state: z.string() }).nullable(),
});

/**
 * A statement is the exact text a person signs. `challenge` of the passkey assertion is
 * `SHA-256(UTF-8(text))`, so the signature covers every byte of it, and the text is kept as it was.
 */
export const signedStatement = z.strictObject({
  statement: z.string().max(16_384),
  assertion: webauthnResponse,
});
export type SignedStatement = z.infer<typeof signedStatement>;
/** What the authority offers for signing: text, its hash, and the WebAuthn request options. */
export const statementOffer = z.object({
  statement: z.string().max(16_384),
  sha256: sha256Hex,
  options: webauthnOptions,
});
export type StatementOffer = z.infer<typeof statementOffer>;

/** A P-256 public key (RFC 7517). Private members are refused. */
export const p256Jwk = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: base64url(43).length(43),
  y: base64url(43).length(43),
  kid: z.string().max(100).optional(),
  alg: z.literal('ES256').optional(),
  use: z.literal('sig').optional(),
});
export type P256Jwk = z.infer<typeof p256Jwk>;

/** POST /v1/device-authorizations (RFC 8628 §3.1, with a DPoP proof of the device key) */
export const deviceAuthorizationRequest = z.strictObject({ deviceName: displayName });
export const deviceAuthorizationResponse = z.object({
  device_code: base64url(64),
  user_code: z.string().regex(/^[B-DF-HJ-NP-TV-Z]{4}-[B-DF-HJ-NP-TV-Z]{4}$/),
  verification_uri: z.url(),
  expires_in: z.int().positive(),
  interval: z.int().positive(),
});
/** GET /v1/device-authorizations/:userCode/statement → StatementOffer; POST …/approval takes a SignedStatement. */
export const deviceStatement = z.strictObject({
  type: z.literal('guise.device.v1'),
  person: personId,
  deviceName: displayName,
  /** RFC 7638 thumbprint of the device key. */
  jkt: base64url(43).length(43),
  userCode: z.string(),
  issuedAt: unixSeconds,
  nonce: base64url(43),
});

/** POST /v1/token (RFC 8628 §3.4 and RFC 6749 §6, DPoP-bound as in RFC 9449) */
export const tokenRequest = z.discriminatedUnion('grant_type', [
  z.strictObject({
    grant_type: z.literal('urn:ietf:params:oauth:grant-type:device_code'),
    device_code: base64url(64),
  }),
  z.strictObject({ grant_type: z.literal('refresh_token'), refresh_token: base64url(64) }),
]);
export const tokenResponse = z.object({
  token_type: z.literal('DPoP'),
  access_token: z.string().max(4096),
  refresh_token: base64url(64),
  expires_in: z.int().positive(),
  device_id: deviceId,
});
/** GET /v1/devices lists own devices; POST /v1/devices/:id/revoke ends one. */
export const deviceResponse = z.object({
  id: deviceId,
  name: displayName,
  jkt: z.string(),
  state: z.enum(['active', 'revoked']),
  pairedAt: unixSeconds,
});
