/** Everything that can be wrong with a file, a tool or a disk, made for `switch`. */
export type MediaErrorCode =
  | 'ffmpeg-missing'
  | 'ffmpeg-incapable'
  | 'not-found'
  | 'empty-file'
  | 'file-too-large'
  | 'not-media'
  | 'no-picture'
  | 'ambiguous'
  | 'picture-too-large'
  | 'picture-too-small'
  | 'too-long'
  | 'damaged'
  | 'bad-size'
  | 'disk-full'
  | 'write-failed'
  | 'stalled'
  | 'camera-missing'
  | 'camera-busy'
  | 'camera-denied'
  | 'camera-lost'
  | 'aborted';

/** The message says what is wrong and what to do next; it names files by the caller's own path. */
export class MediaError extends Error {
  override readonly name = 'MediaError';
  constructor(
    readonly code: MediaErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
