import { EXIT_CODES, type ExitName } from './exit-codes.js';

/** A failure the user can act on: what happened, what to do next, and how the process ends. */
export class CliError extends Error {
  override readonly name = 'CliError';
  constructor(
    readonly exit: ExitName,
    message: string,
    readonly advice: string | null = null,
    /** Reasons of a refused decision, one line each. */
    readonly reasons: readonly { readonly code: string; readonly message: string }[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get exitCode(): number {
    return EXIT_CODES[this.exit];
  }
}
