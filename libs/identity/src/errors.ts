import type { ProblemCode } from '@guise/protocol';

/** Every reason for which this library refuses. Made for `switch`; the codes are those of the HTTP interface. */
export const IDENTITY_ERROR_CODES = [
  'assertion-invalid',
  'passkey-cloned',
  'statement-mismatch',
  'device-pending',
  'device-denied',
  'device-expired',
  'rate-limited',
  'maker-is-checker',
  'forbidden',
  'conflict',
] as const satisfies readonly ProblemCode[];
export type IdentityErrorCode = (typeof IDENTITY_ERROR_CODES)[number];

/** The one error this library throws. It never holds a challenge, a key or a signature. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
  constructor(
    readonly code: IdentityErrorCode,
    /** What to do next; null when the code's usual advice says it. */
    readonly advice: string | null = null,
  ) {
    super(code);
  }
}
