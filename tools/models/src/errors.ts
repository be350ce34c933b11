/** Every way in which fetching, converting or storing a model can fail. */
export const MODEL_TOOL_ERROR_CODES = [
  'manifest-unreadable',
  'manifest-invalid',
  'network',
  'integrity',
  'source-missing',
  'source-mismatch',
  'model-malformed',
  'model-unsupported',
  'output-mismatch',
  'storage',
] as const;
export type ModelToolErrorCode = (typeof MODEL_TOOL_ERROR_CODES)[number];

/** A failure whose message tells the user what to do next. */
export class ModelToolError extends Error {
  override readonly name = 'ModelToolError';
  constructor(
    readonly code: ModelToolErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The bytes are not a well-formed model file. */
export const malformed = (what: string, cause?: unknown): ModelToolError =>
  new ModelToolError('model-malformed', `not a well-formed model: ${what}`, { cause });

/** The model is well formed but uses something that this converter does not implement. */
export const unsupported = (what: string): ModelToolError =>
  new ModelToolError('model-unsupported', `the converter does not support ${what}`);
