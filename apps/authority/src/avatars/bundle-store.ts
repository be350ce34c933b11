import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { bundleSha256 } from '@guise/avatar';
import type { AuthorityConfig } from '../config.js';
import { Files } from '../ports/files.js';
import { CONFIG } from '../ports/tokens.js';

/** A stored bundle is not what its name says. */
export class BundleDamagedError extends Error {
  override readonly name = 'BundleDamagedError';
}

/** Avatar bundles by their SHA-256. What is stored under a name never changes and is checked at every read. */
@Injectable()
export class BundleStore {
  private readonly folder: string;

  constructor(
    @Inject(CONFIG) config: AuthorityConfig,
    private readonly files: Files,
  ) {
    this.folder = join(config.dataDir, 'bundles');
  }

  /** Durable when it returns. Storing the same bytes again does nothing. */
  async put(sha256: string, bytes: Uint8Array): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const temporary = join(this.folder, `.${randomBytes(12).toString('hex')}`);
    try {
      await this.files.create(temporary, [bytes]);
      await link(temporary, this.pathOf(sha256));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** @throws BundleDamagedError when the file is not what its name says */
  async read(sha256: string): Promise<Uint8Array> {
    const bytes = new Uint8Array(await readFile(this.pathOf(sha256)));
    if (bundleSha256(bytes) !== sha256) throw new BundleDamagedError(sha256);
    return bytes;
  }

  /** Destroys the bytes; doing it twice does nothing. */
  async remove(sha256: string): Promise<void> {
    await rm(this.pathOf(sha256), { force: true });
  }

  private pathOf(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError('a bundle is named by its SHA-256');
    return join(this.folder, `${sha256}.guise`);
  }
}
