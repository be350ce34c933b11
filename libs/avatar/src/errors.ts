/** Every way in which avatar material is refused. */
export type AvatarErrorCode =
  | 'bundle-too-large'
  | 'bundle-malformed'
  | 'bundle-not-canonical'
  | 'picture-unsupported'
  | 'picture-too-large'
  | 'picture-size-mismatch'
  | 'landmarks-invalid'
  | 'face-too-small'
  | 'face-turned-away'
  | 'face-cut-off'
  | 'mouth-not-open'
  | 'mouth-not-shut'
  | 'face-not-turned'
  | 'parameters-invalid'
  | 'size-unsupported';

/** An avatar was refused. The message tells what to do next and names no pixel or biometric value. */
export class AvatarError extends Error {
  override readonly name = 'AvatarError';
  constructor(
    readonly code: AvatarErrorCode,
    message: string,
  ) {
    super(message);
  }
}
