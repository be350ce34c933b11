/** What keeps a proof from being looked at at all. A proof that was looked at and failed is a result, not an error. */
export const VERIFICATION_ERROR_CODES = [
  'bundle-malformed',
  'trust-root-malformed',
  'key-history-invalid',
] as const;
export type VerificationErrorCode = (typeof VERIFICATION_ERROR_CODES)[number];

export class VerificationError extends Error {
  override readonly name = 'VerificationError';

  constructor(
    readonly code: VerificationErrorCode,
    message: string,
  ) {
    super(message);
  }
}
