import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyStoreError } from './key-store.js';

/** More than any key or secret has. */
const MAX_BYTES = 4_096;

/**
 * Small files that nobody but this process's own user may read (mode 0600 in a folder of mode 0700). They appear whole or not
 * at all, and never change.
 */
export class PrivateFiles {
  constructor(private readonly folder: string) {}

  /**
   * The content, or null when there is no such file. What was opened is what is checked: nothing can be put in its place.
   * @throws KeyStoreError when it is a link, belongs to another user, or others can read it
   */
  async read(file: string): Promise<Uint8Array | null> {
    const path = join(this.folder, file);
    const handle = await openFile(path);
    if (handle === null) return null;
    try {
      await requirePrivate(handle, path);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  }

  /** Of several processes that create the same file at once, one wins and all read the winner's. */
  async readOrCreate(file: string, make: () => Uint8Array): Promise<Uint8Array> {
    const existing = await this.read(file);
    if (existing !== null) return existing;
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const temporary = join(this.folder, `${file}.${randomBytes(8).toString('hex')}`);
    await writeDurably(temporary, make());
    try {
      await link(temporary, join(this.folder, file));
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    } finally {
      await rm(temporary, { force: true });
    }
    const written = await this.read(file);
    if (written === null) throw new KeyStoreError(`The key file ${file} vanished while it was made.`);
    return written;
  }

  async remove(file: string): Promise<void> {
    await rm(join(this.folder, file), { force: true });
  }
}

async function openFile(path: string): Promise<FileHandle | null> {
  try {
    // Not through a link: who may write the folder could lead it elsewhere.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    if (hasCode(error, 'ELOOP')) throw new KeyStoreError(`${path} is a link. Put the key file itself there.`);
    throw error;
  }
}

async function requirePrivate(handle: FileHandle, path: string): Promise<void> {
  const status = await handle.stat();
  if (!status.isFile() || status.size > MAX_BYTES) throw new KeyStoreError(`${path} is no key file.`);
  // Windows has neither owner nor mode as others know them.
  if (process.getuid === undefined) return;
  if (status.uid !== process.getuid()) {
    throw new KeyStoreError(
      `${path} belongs to another user. Give it to the one that runs the authority: chown.`,
    );
  }
  if ((status.mode & 0o077) !== 0) {
    throw new KeyStoreError(`${path} can be read by others. Make it private: chmod 600 ${path}`);
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
