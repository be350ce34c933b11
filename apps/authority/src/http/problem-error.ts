import type { Problem, ProblemCode } from '@guise/protocol';

export interface ProblemExtras {
  /** What to do next, in plain words. */
  readonly detail?: string;
  readonly errors?: Readonly<NonNullable<Problem['errors']>>;
  readonly reasons?: Readonly<NonNullable<Problem['reasons']>>;
  /** Response headers that belong to the answer, e.g. `DPoP-Nonce`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal the client is told about. Everything else that is thrown becomes a plain 500. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(
    readonly code: ProblemCode,
    readonly extras: ProblemExtras = {},
  ) {
    super(code);
  }
}
