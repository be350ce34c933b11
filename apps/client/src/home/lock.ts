import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../cli-error.js';

/** A holder works for a few seconds at most (one token renewal); an older lock was left by a process that died. */
const STALE_MS = 30_000;
const POLL_MS = 50;

/** Runs `work` while this process alone holds the lock file. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch(() => undefined);
  const deadline = Date.now() + 2 * STALE_MS;
  while (!(await tryLock(path))) {
    if (Date.now() > deadline) {
      throw new CliError(
        'failure',
        'another guise process holds the pairing',
        `If none runs, delete ${path}.`,
      );
    }
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function tryLock(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx', 0o600)).close();
    return true;
  } catch (cause) {
    // No place for a lock is no lock held by another.
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'))
      throw new CliError('failure', `${path} cannot be written`, null, [], { cause });
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > STALE_MS) await rm(path, { force: true });
    return false;
  }
}
