/** Everything this library refuses, as one closed union made for `switch`. */
export type WatermarkErrorCode =
  | 'invalid-key'
  | 'invalid-session'
  | 'invalid-epoch'
  | 'invalid-size'
  | 'invalid-stride'
  | 'invalid-frames'
  | 'invalid-geometry'
  | 'invalid-option'
  | 'invalid-fingerprint';

/** Thrown for input that cannot be processed; the message says what to pass instead and holds no key material. */
export class WatermarkError extends Error {
  override readonly name = 'WatermarkError';
  constructor(
    readonly code: WatermarkErrorCode,
    message: string,
  ) {
    super(message);
  }
}
