import { open, rm, type FileHandle } from 'node:fs/promises';

/** Where files of unbounded number or size are written: avatar bundles and uploads. */
export abstract class Files {
  /**
   * Creates a file nobody else may read, durable when this resolves. When it rejects, nothing is left of it.
   * @throws Error with code `EEXIST` when there is one, `ENOSPC` or `EDQUOT` when the disk is full
   */
  abstract create(path: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void>;
}

export class DiskFiles extends Files {
  async create(path: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const file = await open(path, 'wx', 0o600);
    try {
      try {
        for await (const chunk of content) await this.write(file, chunk);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  protected async write(file: FileHandle, chunk: Uint8Array): Promise<void> {
    await file.writeFile(chunk);
  }
}

/** True when an error, or what caused it, says that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth += 1) {
    if ('code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT')) return true;
  }
  return false;
}
