import { randomBytes } from 'node:crypto';
import { KEY_RANDOM_BYTES, createEs256Key, p256PrivateJwk, type Es256Signer } from '@guise/permit';
import { p256Jwk, type P256Jwk } from '@guise/protocol';
import { KeyStore, KeyStoreError, requireKeyName } from './key-store.js';
import { createNativeSigner } from './native-es256.js';
import { PrivateFiles } from './private-files.js';

const SECRET_BYTES = 32;

/** Secrets and keys as files of mode 0600 in one folder of mode 0700. Of a destroyed key the public half stays. */
export class FileKeyStore extends KeyStore {
  private readonly secrets = new Map<string, Promise<Uint8Array>>();
  private readonly signers = new Map<string, Promise<Es256Signer>>();
  private readonly files: PrivateFiles;

  constructor(folder: string) {
    super();
    this.files = new PrivateFiles(folder);
  }

  override secret(name: string): Promise<Uint8Array> {
    return memoize(this.secrets, name, () => this.loadSecret(name));
  }

  override async generateKey(id: string): Promise<P256Jwk> {
    requireKeyName(id);
    const existing = await this.publicKey(id);
    if (existing !== null) return existing;
    const bytes = await this.files.readOrCreate(privateFile(id), () => {
      const jwk = createEs256Key(new Uint8Array(randomBytes(KEY_RANDOM_BYTES)));
      return Buffer.from(JSON.stringify(jwk));
    });
    return (await toSigner(id, bytes)).publicJwk;
  }

  override async publicKey(id: string): Promise<P256Jwk | null> {
    requireKeyName(id);
    const destroyed = await this.files.read(publicFile(id));
    if (destroyed !== null) {
      const parsed = p256Jwk.safeParse(parseJson(destroyed));
      if (!parsed.success) throw damaged(publicFile(id));
      return parsed.data;
    }
    const bytes = await this.files.read(privateFile(id));
    return bytes === null ? null : (await toSigner(id, bytes)).publicJwk;
  }

  override async sign(id: string, data: Uint8Array): Promise<Uint8Array> {
    return (await memoize(this.signers, id, () => this.loadSigner(id))).sign(data);
  }

  /** The public half is written first: a crash in between leaves a key that is known, and destroyed the next time. */
  override async destroyKey(id: string): Promise<void> {
    requireKeyName(id);
    const bytes = await this.files.read(privateFile(id));
    if (bytes === null) return;
    const { publicJwk } = await toSigner(id, bytes);
    await this.files.readOrCreate(publicFile(id), () => Buffer.from(JSON.stringify(publicJwk)));
    this.signers.delete(id);
    await this.files.remove(privateFile(id));
  }

  private async loadSecret(name: string): Promise<Uint8Array> {
    const bytes = await this.files.readOrCreate(`${name}.secret`, () => randomBytes(SECRET_BYTES));
    if (bytes.length !== SECRET_BYTES) throw damaged(`${name}.secret`);
    return new Uint8Array(bytes);
  }

  private async loadSigner(id: string): Promise<Es256Signer> {
    const bytes = await this.files.read(privateFile(id));
    if (bytes === null || (await this.files.read(publicFile(id))) !== null) {
      throw new KeyStoreError(`There is no private key ${id}, or it was destroyed.`);
    }
    return toSigner(id, bytes);
  }
}

const privateFile = (id: string): string => `${id}.es256.jwk`;
const publicFile = (id: string): string => `${id}.es256.pub.jwk`;

async function toSigner(id: string, bytes: Uint8Array): Promise<Es256Signer> {
  const parsed = p256PrivateJwk.safeParse(parseJson(bytes));
  if (!parsed.success) throw damaged(privateFile(id));
  return createNativeSigner(parsed.data);
}

function memoize<T>(cache: Map<string, Promise<T>>, name: string, load: () => Promise<T>): Promise<T> {
  requireKeyName(name);
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
