import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readConfig } from './config.js';
import { createAuthority } from './create-authority.js';
import { startFailure } from './start-failure.js';

try {
  const config = readConfig();
  const { app } = await createAuthority(config);
  await app.listen(config.port, config.host);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop(app));
  }
  process.stdout.write(`Guise authority: ${config.publicUrl} (listening on ${await app.getUrl()})\n`);
} catch (error) {
  process.stderr.write(`${startFailure(error)}\n`);
  process.exitCode = 1;
}

/** Answers what has begun, stops what writes, closes the database, and says by the exit code whether that went well. */
async function stop(app: NestFastifyApplication): Promise<void> {
  try {
    await app.close();
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${startFailure(error)}\n`);
    process.exit(1);
  }
}
