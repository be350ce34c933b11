import { CliError } from '../cli-error.js';
import { asCliError } from '../failure.js';
import type { ToldFailure } from './thread-job.js';

export function tellFailure(error: unknown): ToldFailure {
  const { exit, message, advice, reasons, cause } = asCliError(error);
  return { exit, message, advice, reasons, stack: cause instanceof Error ? (cause.stack ?? null) : null };
}

export function hearFailure({ exit, message, advice, reasons, stack }: ToldFailure): CliError {
  const cause = new Error(message);
  if (stack !== null) cause.stack = stack;
  return new CliError(exit, message, advice, reasons, { cause });
}
