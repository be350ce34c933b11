import { z } from 'zod';
import { base64url, deviceId, personId, sha256Hex, unixSeconds } from './ids.js';

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
/** POST /v1/passkeys/registration */
export const registrationRequest = z.strictObject({ ceremony: base64url(64), response: webauthnResponse });
/** POST /v1/passkeys/authentication/options (no body: discoverable credentials) */
export const authenticationOptionsResponse = z.object({ ceremony: base64url(64), options: webauthnOptions });
/** POST /v1/passkeys/authentication */
export const authenticationRequest = z.strictObject({ ceremony: base64url(64), response: webauthnResponse });

/** Answer to a finished registration or authentication: an opaque bearer of a sign-in. */
export const signInResponse = z.object({ token: base64url(64), expiresAt: unixSeconds, personId });

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
