export type PersistenceErrorCode = 'folder-locked' | 'held-alone' | 'migration-failed' | 'unreachable';

/** What the operator can act on; its message never holds a connection string. */
export class PersistenceError extends Error {
  override readonly name = 'PersistenceError';
  constructor(
    readonly code: PersistenceErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** True when `error` is the database refusing a second row with the same key (Prisma P2002). */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'P2002';
}
