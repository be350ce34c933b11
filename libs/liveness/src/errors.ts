/** Why observations cannot be judged at all: a fault of the caller, not of the capture. */
export type LivenessErrorCode =
  /** Timestamps do not rise, or a number is not finite. */
  | 'bad-observations'
  /** Embeddings have different lengths or none. */
  | 'bad-embedding';

export class LivenessError extends Error {
  override readonly name = 'LivenessError';
  constructor(
    readonly code: LivenessErrorCode,
    message: string,
  ) {
    super(message);
  }
}
