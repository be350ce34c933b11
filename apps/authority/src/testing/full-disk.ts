import type { FileHandle } from 'node:fs/promises';
import { DiskFiles } from '../ports/files.js';

/** A disk that takes some more bytes and then is full: a write on it ends in the middle, as a real one does. */
export class FillingDisk extends DiskFiles {
  /** Bytes it still takes. */
  free = Number.POSITIVE_INFINITY;

  protected override async write(file: FileHandle, chunk: Uint8Array): Promise<void> {
    const fitting = chunk.subarray(0, Math.min(chunk.length, this.free));
    await super.write(file, fitting);
    this.free -= fitting.length;
    if (fitting.length === chunk.length) return;
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28 });
  }
}
