/** Why a vision call failed. */
export type VisionErrorCode =
  /** The frame's size and data do not belong together, or a side is outside 1 … `MAX_FRAME_SIDE`. */
  | 'bad-frame'
  /** The face has no usable landmarks (wrong count, not finite). */
  | 'bad-face'
  /** A network is not what the manifest says: an input or output is missing or has another size. */
  | 'bad-model'
  /** `close()` was called before. */
  | 'closed';

export class VisionError extends Error {
  override readonly name = 'VisionError';
  constructor(
    readonly code: VisionErrorCode,
    message: string,
  ) {
    super(message);
  }
}
