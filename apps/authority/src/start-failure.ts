import { ConfigError } from './config.js';

/** Mistakes of set-up in one line each; anything else with its stack. */
export function startFailure(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof Error && ['PersistenceError', 'KeyStoreError'].includes(error.name))
    return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : 'the authority could not start';
}
