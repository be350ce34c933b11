import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A file being written under a temporary name beside its final one (same file system, so the rename is atomic). */
export interface PendingFile {
  readonly path: string;
  /** Syncs the bytes to disk, then gives them the final name, replacing what bore it. Returns their number. */
  publish(): Promise<number>;
  discard(): Promise<void>;
}

export function createPendingFile(finalPath: string): PendingFile {
  const folder = dirname(finalPath);
  const path = join(folder, `.${basename(finalPath)}.${randomBytes(6).toString('hex')}.part`);
  return {
    path,
    async publish() {
      const bytes = await syncFile(path);
      await rename(path, finalPath);
      await syncFolder(folder);
      return bytes;
    },
    async discard() {
      await rm(path, { force: true });
    },
  };
}

async function syncFile(path: string): Promise<number> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** Makes the rename durable. Not every file system (or Windows) lets a folder be opened: then there is nothing to sync. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}
