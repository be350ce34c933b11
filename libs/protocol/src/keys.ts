import { z } from 'zod';
import { p256Jwk } from './identity.js';
import { base64url, personId, unixSeconds } from './ids.js';
import { checkpointNote, provenEntry } from './ledger.js';

/** `permit` signs permits, status lists and consent receipts; `access-token` what devices are let in by. */
export const keyUse = z.enum(['permit', 'access-token']);
export type KeyUse = z.infer<typeof keyUse>;

/** RFC 7638 thumbprint, base64url. */
export const keyThumbprint = base64url(43).length(43);

/**
 * A public signing key with its time, as OpenID Federation 1.0 §8.7 writes historical keys: what it signed counts when it was
 * signed from `nbf` on and before `exp`. One that is revoked was in other hands.
 */
export const publishedKey = p256Jwk.extend({
  kid: z.string().min(1).max(100),
  nbf: unixSeconds.optional(),
  exp: unixSeconds.optional(),
  revoked: z.strictObject({ revoked_at: unixSeconds, reason: z.literal('compromised') }).optional(),
});
export type PublishedKey = z.infer<typeof publishedKey>;

/** `next`: published, signs later; `current`: signs; `retired`: ended in its turn; `compromised`: ended at once. */
export const keyState = z.enum(['next', 'current', 'retired', 'compromised']);
export type KeyState = z.infer<typeof keyState>;

export const signingKeyRow = z.object({
  kid: keyThumbprint,
  use: keyUse,
  state: keyState,
  publishedAt: unixSeconds,
  /** 0: it was the first. */
  activeFrom: unixSeconds,
  /** Null until another takes its place. */
  activeUntil: unixSeconds.nullable(),
  /** Who had it made; null for the operator and for a first key. */
  by: personId.nullable(),
});
/** GET /v1/keys (admin, auditor): all signing keys, past, present and next, oldest first. */
export const signingKeyList = z.object({ keys: z.array(signingKeyRow) });

export const keyRotationReason = z.enum(['planned', 'compromised']);
export type KeyRotationReason = z.infer<typeof keyRotationReason>;
/** POST /v1/keys/rotation-offer (admin) → StatementOffer; POST /v1/keys/rotation takes the SignedStatement. */
export const keyRotationRequest = z.strictObject({ use: keyUse, reason: keyRotationReason });
export type KeyRotationRequest = z.infer<typeof keyRotationRequest>;

/** The text that the admin signs. */
export const keyRotationStatement = z.strictObject({
  type: z.literal('guise.key-rotation.v1'),
  use: keyUse,
  reason: keyRotationReason,
  /** The key that signs now, and that ends. */
  kid: keyThumbprint,
  admin: personId,
  issuedAt: unixSeconds,
  nonce: base64url(43),
});
export type KeyRotationStatement = z.infer<typeof keyRotationStatement>;

/**
 * GET /.well-known/guise-keys.json: every signing key there ever was, each by its ledger entry, proven against a checkpoint.
 * Who pinned the ledger's key needs nothing else to know which key could sign when, now or in years.
 */
export const keyHistory = z.strictObject({
  format: z.literal('guise-keys/1'),
  issuer: z.url(),
  checkpoint: checkpointNote,
  entries: z.array(provenEntry).min(1).max(2000),
});
export type KeyHistory = z.infer<typeof keyHistory>;
