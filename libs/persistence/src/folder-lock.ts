import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  rmdirSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { PersistenceError } from './errors.js';

const HEARTBEAT_MS = 2_000;
/** A lock taken on another host (a container that is gone) is stale when its heartbeat stopped this long ago. */
const FOREIGN_STALE_MS = 30_000;
/** Recovery takes milliseconds; a guard older than this was left by a crash inside it. */
const GUARD_STALE_MS = 10_000;

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Start of the process in clock ticks since boot, so that a reused pid is not mistaken for the owner. */
  readonly startedAt: string;
  readonly token: string;
}

/** Exclusive use of a folder by one process, given back by `release`. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes the lock file `<folder>/database.lock`. Two processes on one embedded database diverge silently, so the second
 * is refused. A lock whose owner was killed is recovered.
 * @throws PersistenceError `folder-locked` when another living process holds it
 */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'database.lock');
  const owner: Owner = {
    pid: process.pid,
    host: hostname(),
    startedAt: processStart(process.pid) ?? 'unknown',
    token: randomUUID(),
  };
  if (!tryCreate(path, owner)) {
    recoverStale(path);
    if (!tryCreate(path, owner)) throw lockedError(path);
  }
  const heartbeat = setInterval(() => {
    touch(path);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    release: () => {
      clearInterval(heartbeat);
      if (readOwner(path)?.token === owner.token) rmSync(path, { force: true });
    },
  };
}

function tryCreate(path: string, owner: Owner): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
  try {
    writeSync(descriptor, JSON.stringify(owner));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return true;
}

/**
 * Removes the lock of a dead owner. Only the holder of the guard folder removes, and it looks again under the guard, so a
 * fresh lock taken by a faster process is never removed.
 */
function recoverStale(path: string): void {
  if (!isStale(path)) throw lockedError(path);
  const guard = `${path}.recovery`;
  try {
    mkdirSync(guard);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
    if (ageMs(guard) > GUARD_STALE_MS) rmdirSync(guard);
    throw lockedError(path);
  }
  try {
    if (isStale(path)) rmSync(path, { force: true });
  } finally {
    rmdirSync(guard);
  }
}

function isStale(path: string): boolean {
  const owner = readOwner(path);
  // Between creation and the write of its content a lock is empty for an instant: young means alive.
  if (owner === undefined) return ageMs(path) > GUARD_STALE_MS;
  if (owner.host !== hostname()) return ageMs(path) > FOREIGN_STALE_MS;
  if (!isAlive(owner.pid)) return true;
  const startedAt = processStart(owner.pid);
  return startedAt !== undefined && owner.startedAt !== 'unknown' && startedAt !== owner.startedAt;
}

function readOwner(path: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isOwner(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isOwner(value: unknown): value is Owner {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'host' in value &&
    typeof value.host === 'string' &&
    'startedAt' in value &&
    typeof value.startedAt === 'string' &&
    'token' in value &&
    typeof value.token === 'string'
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
}

/** Field 22 of /proc/<pid>/stat (proc(5)); undefined where there is no /proc. */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function ageMs(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // The folder was removed under us: the next database call reports it.
  }
}

function lockedError(path: string): PersistenceError {
  const pid = readOwner(path)?.pid;
  const holder = pid === undefined ? 'another process' : `process ${String(pid)}`;
  return new PersistenceError(
    'folder-locked',
    `${path} is held by ${holder}. Stop it, or give this one its own GUISE_DATA_DIR or a DATABASE_URL.`,
  );
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
