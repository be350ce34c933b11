import { Injectable, StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { ProblemError } from './problem-error.js';

/** How many field errors an answer lists. */
const MAX_ERRORS = 20;
/** Deeper JSON than any request has; bounded before schemas recurse into it. */
export const MAX_DEPTH = 16;

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** What zod adds to the standard: the members that an object may not have. */
  readonly keys?: readonly string[];
}

/**
 * Everything from outside passes a schema: `@Body({ schema })`, `@Param('id', { schema })`, `@Query({ schema })`. A
 * parameter without one is a mistake of ours and fails closed.
 */
@Injectable()
export class EdgePipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => toProblem(issues) });
  }

  override transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    if (metadata.type === 'custom') return Promise.resolve(value);
    if (metadata.schema === undefined) throw new Error(`a ${metadata.type} parameter has no schema`);
    if (!isShallow(value, MAX_DEPTH)) {
      throw new ProblemError('bad-request', { detail: `Nest the JSON at most ${MAX_DEPTH} levels deep.` });
    }
    return super.transform(value, metadata);
  }
}

function toProblem(issues: readonly Issue[]): ProblemError {
  return new ProblemError('bad-request', {
    errors: issues.slice(0, MAX_ERRORS).flatMap(errorsOf).slice(0, MAX_ERRORS),
  });
}

/** One error per field: a member that nothing reads is named by its own pointer, not by its object's. */
function errorsOf({ message, path = [], keys }: Issue): { pointer: string; reason: string }[] {
  if (keys === undefined) return [{ pointer: pointer(path), reason: message }];
  return keys
    .slice(0, MAX_ERRORS)
    .map((key) => ({ pointer: pointer([...path, key]), reason: 'unknown member' }));
}

/** RFC 6901 JSON pointer. */
function pointer(path: NonNullable<Issue['path']>): string {
  return path
    .map((segment) => String(typeof segment === 'object' ? segment.key : segment))
    .map((segment) => `/${segment.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/** True when no value lies deeper than `levels`. Walks level by level, so depth costs no stack. */
export function isShallow(value: unknown, levels: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= levels; depth++) {
    level = level.flatMap((item): unknown[] =>
      typeof item === 'object' && item !== null && !ArrayBuffer.isView(item) ? Object.values(item) : [],
    );
    if (level.length === 0) return true;
  }
  return false;
}
