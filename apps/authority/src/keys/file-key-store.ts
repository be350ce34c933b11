import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KEY_RANDOM_BYTES, createEs256Key, p256PrivateJwk, type Es256Signer } from '@guise/permit';
import { KeyStore } from './key-store.js';
import { createNativeSigner } from './native-es256.js';

const SECRET_BYTES = 32;

/** A key file others can read, or that is damaged. Says which file, never its content. */
export class KeyStoreError extends Error {
  override readonly name = 'KeyStoreError';
}

/** Secrets as files of mode 0600 in one folder of mode 0700. Files appear whole or not at all. */
export class FileKeyStore extends KeyStore {
  private readonly secrets = new Map<string, Promise<Uint8Array>>();
  private readonly signers = new Map<string, Promise<Es256Signer>>();

  constructor(private readonly folder: string) {
    super();
  }

  override secret(name: string): Promise<Uint8Array> {
    return memoize(this.secrets, name, () => this.loadSecret(name));
  }

  override signer(name: string): Promise<Es256Signer> {
    return memoize(this.signers, name, () => this.loadSigner(name));
  }

  private async loadSecret(name: string): Promise<Uint8Array> {
    const bytes = await this.readOrCreate(`${name}.secret`, () => Promise.resolve(randomBytes(SECRET_BYTES)));
    if (bytes.length !== SECRET_BYTES) throw damaged(`${name}.secret`);
    return new Uint8Array(bytes);
  }

  private async loadSigner(name: string): Promise<Es256Signer> {
    const bytes = await this.readOrCreate(`${name}.es256.jwk`, newSigningKey);
    const parsed = p256PrivateJwk.safeParse(parseJson(bytes));
    if (!parsed.success) throw damaged(`${name}.es256.jwk`);
    return createNativeSigner(parsed.data);
  }

  /** Of several processes that create the same file at once, one wins and all read the winner's. */
  private async readOrCreate(file: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const path = join(this.folder, file);
    const existing = await this.read(path);
    if (existing !== undefined) return existing;
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const temporary = `${path}.${randomBytes(8).toString('hex')}`;
    await writeDurably(temporary, await make());
    try {
      await link(temporary, path);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    } finally {
      await rm(temporary, { force: true });
    }
    const written = await this.read(path);
    if (written === undefined) throw damaged(file);
    return written;
  }

  private async read(path: string): Promise<Uint8Array | undefined> {
    try {
      const { mode } = await stat(path);
      if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
        throw new KeyStoreError(`${path} can be read by others. Make it private: chmod 600 ${path}`);
      }
      return await readFile(path);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }
}

function newSigningKey(): Promise<Uint8Array> {
  const jwk = createEs256Key(new Uint8Array(randomBytes(KEY_RANDOM_BYTES)));
  return Promise.resolve(Buffer.from(JSON.stringify(jwk)));
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

function memoize<T>(cache: Map<string, Promise<T>>, name: string, load: () => Promise<T>): Promise<T> {
  if (!/^[a-z][a-z0-9-]{0,60}$/.test(name))
    throw new RangeError('a key name is lower-case words with dashes');
  const known = cache.get(name);
  if (known !== undefined) return known;
  const loading = load();
  cache.set(name, loading);
  loading.catch(() => cache.delete(name));
  return loading;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

function damaged(file: string): KeyStoreError {
  return new KeyStoreError(`The key file ${file} is damaged. Restore it from the backup of the data folder.`);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
