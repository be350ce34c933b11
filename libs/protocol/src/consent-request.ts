import { z } from 'zod';
import { audience, avatarKind, platformHost, purpose } from './avatar.js';
import { avatarId, consentId, consentRequestId, personId, sha256Hex, unixSeconds } from './ids.js';
import { displayName } from './identity.js';

/** GET /v1/requestable-avatars: the catalogue that everybody in the organisation may ask from. */
export const requestableAvatar = z.object({
  id: avatarId,
  sha256: sha256Hex,
  name: displayName,
  kind: avatarKind,
  subject: personId,
  subjectName: displayName,
});
export const requestableList = z.object({
  avatars: z.array(requestableAvatar),
  next: avatarId.nullable(),
});

/** POST /v1/consent-requests: asks the subject of an avatar to be allowed to wear it. */
export const consentRequestDraft = z.strictObject({
  avatar: avatarId,
  /** Why, in the words of who asks; shown to the subject. */
  reason: z.string().trim().min(1).max(500),
  purposes: z.array(purpose).min(1).max(5),
  audience: z.array(audience).min(1).max(2),
  meetings: z.array(z.url().max(500)).min(1).max(20).optional(),
  platforms: z.array(platformHost).min(1).max(20).optional(),
  notAfter: unixSeconds,
});
export type ConsentRequestDraft = z.infer<typeof consentRequestDraft>;

export const consentRequestState = z.enum(['open', 'accepted', 'declined', 'cancelled', 'expired']);

/** As both sides see it. */
export const consentRequestResponse = z.object({
  id: consentRequestId,
  avatar: avatarId,
  avatarName: displayName,
  requester: personId,
  requesterName: displayName,
  subject: personId,
  reason: z.string(),
  purposes: z.array(purpose),
  audience: z.array(audience),
  meetings: z.array(z.string()).nullable(),
  platforms: z.array(z.string()).nullable(),
  notAfter: unixSeconds,
  state: consentRequestState,
  createdAt: unixSeconds,
  expiresAt: unixSeconds,
  answeredAt: unixSeconds.nullable(),
  words: z.string().nullable(),
  consent: consentId.nullable(),
});
export const consentRequestList = z.object({
  requests: z.array(consentRequestResponse),
  next: consentRequestId.nullable(),
});

/** POST /v1/consent-requests/:id/decline */
export const declineRequest = z.strictObject({ words: z.string().trim().min(1).max(500).optional() });
