import { z } from 'zod';

/**
 * Stable problem codes of the HTTP interface (RFC 9457 `type` is `urn:guise:problem:<code>`).
 * Codes are never renamed; a retired code stays in this list.
 */
export const PROBLEM_CODES = [
  'bad-request',
  'payload-too-large',
  'unsupported-media',
  'unauthenticated',
  'forbidden',
  'not-found',
  'conflict',
  'rate-limited',
  'internal',
  'not-ready',
  'storage-full',
  'invitation-invalid',
  'challenge-invalid',
  'assertion-invalid',
  'passkey-cloned',
  'last-passkey',
  'step-up-required',
  'cross-site-request',
  'device-pending',
  'device-denied',
  'device-expired',
  'device-revoked',
  'dpop-invalid',
  'dpop-replayed',
  'dpop-nonce-required',
  'capture-unreadable',
  'enrolment-rejected',
  'source-face-missing',
  'source-face-owned-by-other',
  'bundle-invalid',
  'bundle-face-mismatch',
  'bundle-face-owned-by-other',
  'avatar-state',
  'statement-mismatch',
  'statement-expired',
  'maker-is-checker',
  'not-the-subject',
  'already-decided',
  'permit-denied',
  'session-closed',
  'session-mismatch',
  'evidence-invalid',
  'evidence-out-of-order',
  'key-too-early',
  'key-invalid',
  'media-unreadable',
  'media-too-large',
  'verification-lost',
  'records-erased',
  'idempotency-in-progress',
  'idempotency-key-reused',
  'idempotency-answer-lost',
] as const;
export const problemCode = z.enum(PROBLEM_CODES);
export type ProblemCode = z.infer<typeof problemCode>;

/** RFC 9457 problem details as this service sends them. */
export const problem = z.object({
  type: z.string().startsWith('urn:guise:problem:'),
  code: problemCode,
  title: z.string(),
  status: z.int().min(400).max(599),
  /** What to do next, in plain words. Never a token, key, challenge or biometric value. */
  detail: z.string().optional(),
  traceId: z.string().optional(),
  /** Field errors of a refused body: JSON pointer and reason. */
  errors: z.array(z.object({ pointer: z.string(), reason: z.string() })).optional(),
  /** Reasons of a refused decision (`permit-denied`, `enrolment-rejected`). */
  reasons: z.array(z.object({ code: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problem>;
