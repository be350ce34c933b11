/** Codes are the names of the DOMExceptions a browser throws (WebAuthn L3 §5.1.3, §5.1.4.1). */
export class AuthenticatorError extends Error {
  override readonly name = 'AuthenticatorError';
  constructor(
    readonly code:
      'SecurityError' | 'InvalidStateError' | 'NotAllowedError' | 'NotSupportedError' | 'TypeError',
    message: string,
  ) {
    super(message);
  }
}
