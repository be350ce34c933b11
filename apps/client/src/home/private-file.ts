import { constants } from 'node:fs';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CliError } from '../cli-error.js';

/** Keys and pairings are small; anything longer is not ours. */
const MAX_PRIVATE_BYTES = 256 * 1024;
const OTHERS = 0o077;

/**
 * Writes a file that only its owner can read, all or nothing: a new file beside it, synced, then renamed over it.
 * @throws CliError `outputFailed`
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${String(process.pid)}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(temporary, 'w', 0o600);
    try {
      // The mode of `open` is subject to the umask and to an older file of that name.
      await file.chmod(0o600);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new CliError(
      'outputFailed',
      `cannot write ${path}`,
      'Check free space and your rights on that folder.',
      [],
      { cause },
    );
  }
}

/**
 * Reads what `writePrivateFile` wrote; null when there is none.
 * @throws CliError `notPaired` when others could have read or replaced it
 */
export async function readPrivateFile(path: string): Promise<string | null> {
  const file = await openExisting(path);
  if (file === null) return null;
  try {
    const { mode, uid, size } = await file.stat();
    if (process.platform !== 'win32') refuseShared(path, mode, uid);
    if (size > MAX_PRIVATE_BYTES)
      throw new CliError('notPaired', `${path} is not a file of guise: it is too large`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

async function openExisting(path: string): Promise<FileHandle | null> {
  try {
    // A symbolic link in its place could lead to somebody else's file.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') return null;
    throw new CliError('notPaired', `${path} cannot be opened`, `Check what it is: ls -l ${path}`, [], {
      cause,
    });
  }
}

function refuseShared(path: string, mode: number, uid: number): void {
  if ((mode & OTHERS) !== 0) {
    const octal = (mode & 0o777).toString(8).padStart(4, '0');
    throw new CliError(
      'notPaired',
      `${path} has mode ${octal}: others on this machine may have read it`,
      'Revoke this device in the console, delete the file and run `guise login`. If you are sure nobody read it: chmod 600 it.',
    );
  }
  if (process.getuid !== undefined && uid !== process.getuid()) {
    throw new CliError(
      'notPaired',
      `${path} belongs to another user`,
      'Set GUISE_HOME to a folder of your own.',
    );
  }
}
