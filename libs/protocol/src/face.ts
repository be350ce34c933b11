import { z } from 'zod';
import { base64url, enrolmentId, sha256Hex, sourceFaceId, unixSeconds } from './ids.js';

/** POST /v1/enrolments: the notice the person read and released, before any capture (BIPA written release). */
export const enrolmentRequest = z.strictObject({
  noticeSha256: sha256Hex,
  locale: z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/),
  release: z.literal(true),
});
export const enrolmentResponse = z.object({
  id: enrolmentId,
  expiresAt: unixSeconds,
  maxBytes: z.int().positive(),
});

/** GET /v1/notices/enrolment and /v1/notices/consent: the text whose hash is released. */
export const noticeResponse = z.object({ locale: z.string(), text: z.string(), sha256: sha256Hex });

/**
 * PUT /v1/enrolments/:id/capture (multipart, one video file): judged while the request waits, then discarded.
 * Refusal is problem `enrolment-rejected` with reasons.
 */
export const enrolmentJudgement = z.object({
  sourceFace: sourceFaceId,
  framesSeen: z.int().nonnegative(),
  facesAgree: z.number(),
  spoofMedian: z.number(),
});

/** Embedding length of the identity network. */
export const EMBEDDING_LENGTH = 192;

/**
 * GET /v1/source-faces/:id/template (owner's paired device only): the protected template under the face's
 * own seed, so that the wearer check runs locally, and what leaks of one face says nothing of another.
 */
export const deviceTemplate = z.object({
  sourceFace: sourceFaceId,
  /** 2048 bits: signs of projections drawn from `seed`. */
  template: base64url(342).length(342),
  /** 32 bytes. */
  seed: base64url(43).length(43),
  sha256: sha256Hex,
});
export type DeviceTemplate = z.infer<typeof deviceTemplate>;

/** POST /v1/me/leave: said in so many words, because there is no way back. */
export const leaveRequest = z.strictObject({ leave: z.literal('for good') });
export type LeaveRequest = z.infer<typeof leaveRequest>;
