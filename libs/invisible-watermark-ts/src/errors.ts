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
  | 'invalid-fingerprint'
  | 'out-of-memory';

/** Thrown for input that cannot be processed (`out-of-memory`: here and now); the message says what to pass instead and holds no key material. */
export class WatermarkError extends Error {
  override readonly name = 'WatermarkError';
  constructor(
    readonly code: WatermarkErrorCode,
    message: string,
  ) {
    super(message);
  }
}
