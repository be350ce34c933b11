import type { Problem, ProblemCode } from '@guise/protocol';

/** What can go wrong between us and the authority, besides its own refusals. */
export type TransportErrorCode =
  'authority-unreachable' | 'authority-timeout' | 'answer-invalid' | 'answer-too-large';
export type ApiErrorCode = ProblemCode | TransportErrorCode;

/**
 * Any failed call. `code` is made for `switch`; `message` says what happened and `advice` what to do next,
 * in words fit for the person at the keyboard.
 */
export class ApiError extends Error {
  override readonly name: string = 'ApiError';
  constructor(
    readonly code: ApiErrorCode,
    message: string,
    readonly advice: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Nobody answers at that address, or not in time: nothing is known about what the authority would say. */
export class AuthorityUnreachableError extends ApiError {
  override readonly name = 'AuthorityUnreachableError';
  constructor(code: 'authority-unreachable' | 'authority-timeout', baseUrl: string, options?: ErrorOptions) {
    super(
      code,
      code === 'authority-timeout'
        ? `the authority at ${baseUrl} did not answer in time`
        : `the authority at ${baseUrl} cannot be reached`,
      'Check the address and your network; `guise doctor` tests the connection.',
      options,
    );
  }
}

/** Something answered, but not as an authority does: a proxy's page, a broken body, another version. */
export class AuthorityAnswerError extends ApiError {
  override readonly name = 'AuthorityAnswerError';
  constructor(code: 'answer-invalid' | 'answer-too-large', what: string, options?: ErrorOptions) {
    super(
      code,
      what,
      'Check that the address is that of a Guise authority of the same version and that no proxy answers in its place.',
      options,
    );
  }
}

/** The authority's own refusal (RFC 9457). */
export class AuthorityRefusal extends ApiError {
  override readonly name = 'AuthorityRefusal';
  readonly status: number;
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly fieldErrors: readonly { readonly pointer: string; readonly reason: string }[];
  readonly traceId: string | null;
  declare readonly code: ProblemCode;

  constructor(problem: Problem) {
    super(problem.code, problem.title, problem.detail ?? ADVICE[problem.code] ?? problem.title);
    this.status = problem.status;
    this.reasons = problem.reasons ?? [];
    this.fieldErrors = problem.errors ?? [];
    this.traceId = problem.traceId ?? null;
  }
}

/** Said when the authority gives no detail. */
const ADVICE: Partial<Record<ProblemCode, string>> = {
  unauthenticated: 'Sign in again: `guise login`.',
  forbidden: 'Ask an administrator for the role this needs.',
  'rate-limited': 'Wait a minute and try again.',
  'device-revoked': 'This device was revoked. Pair it again: `guise login`.',
  'dpop-invalid': 'Check the clock of this machine (`guise doctor`), then try again.',
  'not-ready': 'The authority is starting or shutting down. Try again in a few seconds.',
  internal: 'Try again; if it stays, give the trace id to whoever runs the authority.',
};
