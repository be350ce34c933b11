import { ProblemError } from '../http/problem-error.js';

/** As the draft's examples have it: 36 characters are a UUID. */
export const MAX_KEY_LENGTH = 64;

/** RFC 8941 §3.3.3, of which `sf-string` has no escapes here; or the same without quotes, as many clients send it. */
const KEY = /^(?:"([\x21\x23-\x5b\x5d-\x7e]{1,64})"|([\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,64}))$/;

/**
 * Reads an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).
 * @returns null without one
 * @throws ProblemError `bad-request`
 */
export function parseIdempotencyKey(header: string | readonly string[] | undefined): string | null {
  if (header === undefined) return null;
  const found = typeof header === 'string' ? KEY.exec(header) : null;
  const key = found?.[1] ?? found?.[2];
  if (key !== undefined) return key;
  throw new ProblemError('bad-request', {
    detail: `Send one Idempotency-Key of 1 to ${String(MAX_KEY_LENGTH)} printable characters in double quotes, a UUID for instance.`,
  });
}
