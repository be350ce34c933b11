import { readConfig } from './config.js';
import { createAuthority } from './create-authority.js';
import { createLogger } from './http/logger.js';
import { ProblemError } from './http/problem-error.js';
import { OperatorService } from './operator/operator.service.js';
import { parseOperatorCommand, UsageError, type OperatorCommand } from './operator/parse-command.js';
import { startFailure } from './start-failure.js';

/** Exit codes: 0 done, 1 refused or failed, 2 no such command, 3 told and not done. */
try {
  process.exitCode = await run(parseOperatorCommand(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${tell(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

/** The whole authority, but it listens to nobody. */
async function run(command: OperatorCommand): Promise<number> {
  const { app } = await createAuthority(readConfig(), { logger: createLogger('error') });
  try {
    const { done, text } = await app.get(OperatorService, { strict: false }).run(command);
    process.stdout.write(`${text}\n`);
    return done ? 0 : 3;
  } finally {
    await app.close();
  }
}

function tell(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  return error instanceof ProblemError ? (error.extras.detail ?? error.code) : startFailure(error);
}
