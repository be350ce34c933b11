/** Why the registry gives no session. */
export type ModelErrorCode =
  /** The manifest cannot be read, or is not one. */
  | 'manifest-unreadable'
  | 'manifest-invalid'
  /** No model of that role is in the manifest. */
  | 'role-unknown'
  /** The organisation's policy does not allow the licence class, or what is known of the training data. */
  | 'licence-refused'
  | 'training-data-refused'
  /** The file is absent, or is not the one that the manifest names. */
  | 'model-missing'
  | 'model-tampered'
  /** No such execution provider on this machine, or it did not start. */
  | 'provider-absent'
  /** The file is the right one, but its tensors are not those of the manifest, or the engine refuses it. */
  | 'model-unusable';

/** A refusal whose message tells the user what to do next. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  constructor(
    readonly code: ModelErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
