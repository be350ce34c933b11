import { z } from 'zod';
import { audience, purpose } from './avatar.js';
import {
  avatarId,
  base64url,
  consentId,
  permitId,
  sessionId,
  sha256Hex,
  sourceFaceId,
  unixSeconds,
} from './ids.js';
import { labelPositions, labelText } from './label.js';
import { MAX_OWN_MODELS } from './policy.js';

export const PERMIT_TYP = 'guise-permit+jwt';
export const PERMIT_AUDIENCE = 'guise-runtime';
export const PERMIT_MAX_SECONDS = 300;
/** Session numbers fill 44 bits of the watermark payload. */
export const SESSION_NUMBER_BITS = 44;
export const sessionNumber = z
  .int()
  .min(1)
  .max(2 ** SESSION_NUMBER_BITS - 1);

/** Claims of a permit (DESIGN §6): a JWS compact, ES256, `typ: guise-permit+jwt`. */
export const permitClaims = z.strictObject({
  iss: z.url(),
  /** Pairwise subject: base64url SHA-256, not the person's id. */
  sub: base64url(43).length(43),
  aud: z.array(z.string().max(2048)).min(1).max(2),
  client_id: z.string().max(40),
  jti: permitId,
  iat: unixSeconds,
  nbf: unixSeconds,
  exp: unixSeconds,
  cnf: z.strictObject({ jkt: base64url(43).length(43) }),
  status: z.strictObject({
    status_list: z.strictObject({ idx: z.int().nonnegative(), uri: z.url() }),
  }),
  authorization_details: z
    .array(
      z.strictObject({
        type: z.literal('urn:guise:wear:v1'),
        avatar: avatarId,
        avatar_sha256: sha256Hex,
        /** The face the avatar shows; null for artwork and stylised avatars. */
        source_face: sourceFaceId.nullable(),
        /** Who must be before the camera: checked 1:1 by the runtime. */
        wearer: z.strictObject({ source_face: sourceFaceId, template_sha256: sha256Hex }),
        consent: consentId,
        consent_sha256: sha256Hex,
        approvals: z.array(sha256Hex).max(10),
        purpose,
        audience,
        not_after: unixSeconds,
        /** What the runtime burns into every frame, and the corners it may stand in. Permits of before policies had labels name none. */
        label: labelText,
        label_positions: labelPositions.default(['top-right']),
        /** Whether the organisation's policy lets models run whose licence forbids commercial use; unsaid means no. */
        non_commercial_models: z.boolean().default(false),
        /** SHA-256 of networks beside the built-in ones that the organisation lets run. */
        own_models: z.array(sha256Hex).max(MAX_OWN_MODELS).default([]),
        watermark: z.strictObject({ session: sessionNumber, chain_end: sha256Hex }),
      }),
    )
    .length(1),
  runtime: z.strictObject({ min_version: z.string().regex(/^\d+\.\d+\.\d+$/) }),
  checkpoint: z.strictObject({
    origin: z.string().max(200),
    size: z.int().nonnegative(),
    root: base64url(43).length(43),
  }),
});
export type PermitClaims = z.infer<typeof permitClaims>;

/** POST /v1/permits (DPoP access token). Without `session` a new session opens; with it the same session renews. */
export const permitRequest = z.strictObject({
  avatar: avatarId,
  purpose,
  audience,
  meeting: z.url().max(2000).optional(),
  ttlSeconds: z.int().min(5).max(PERMIT_MAX_SECONDS).optional(),
  /** JWS by the device key over SessionOpening: the watermark chain end is committed before the first frame. */
  opening: z.string().max(4096).optional(),
  session: sessionId.optional(),
});
export type PermitRequest = z.infer<typeof permitRequest>;
export const permitResponse = z.object({
  permit: z.string().max(8192),
  session: sessionId,
  expiresAt: unixSeconds,
  /** The organisation's 32-byte marking key: delivered only together with a permit, kept in memory. */
  watermarkKey: base64url(43).length(43),
});

export const SESSION_OPENING_TYP = 'guise-session+jwt';
/** Payload of the session opening, signed by the device key (`typ: guise-session+jwt`). */
export const sessionOpening = z.strictObject({
  avatarSha256: sha256Hex,
  chainEnd: sha256Hex,
  /** Number of epochs the key chain covers. */
  chainLength: z.int().min(1).max(86_400),
  iat: unixSeconds,
  nonce: base64url(43),
});
export type SessionOpening = z.infer<typeof sessionOpening>;

/** The one event of GET /v1/sessions/:id/events (DPoP), server-sent: how the session ended. */
export const sessionEvent = z.object({
  end: z.enum(['revoked', 'suspended', 'closed']),
  reason: z.string().max(60),
});
export type SessionEvent = z.infer<typeof sessionEvent>;

/** GET /v1/sessions/:id/lease (DPoP): the 15 s backstop. The runtime shuts the gate when one is not renewed. */
export const leaseResponse = z.object({
  state: z.enum(['live', 'revoked', 'closed']),
  reason: z.string().optional(),
  leaseSeconds: z.int().positive(),
  serverTime: unixSeconds,
});
