import { randomBytes, webcrypto } from 'node:crypto';
import { p256Jwk, type P256Jwk } from '@guise/protocol';
import { KeyStore, KeyStoreError, requireKeyName } from '../keys/key-store.js';

interface TokenKey {
  readonly publicJwk: P256Jwk;
  /** Not extractable; gone once destroyed. */
  handle: webcrypto.CryptoKey | null;
}

const ES256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A key store shaped like a hardware token: keys are made inside, and even this process cannot read them. */
export class TokenKeyStore extends KeyStore {
  private readonly secrets = new Map<string, Uint8Array>();
  private readonly keys = new Map<string, Promise<TokenKey>>();

  override secret(name: string): Promise<Uint8Array> {
    requireKeyName(name);
    const secret = this.secrets.get(name) ?? new Uint8Array(randomBytes(32));
    this.secrets.set(name, secret);
    return Promise.resolve(secret);
  }

  override async generateKey(id: string): Promise<P256Jwk> {
    requireKeyName(id);
    const making = this.keys.get(id) ?? makeKey();
    this.keys.set(id, making);
    return (await making).publicJwk;
  }

  override async publicKey(id: string): Promise<P256Jwk | null> {
    requireKeyName(id);
    return (await this.keys.get(id))?.publicJwk ?? null;
  }

  override async sign(id: string, data: Uint8Array): Promise<Uint8Array> {
    requireKeyName(id);
    const handle = (await this.keys.get(id))?.handle ?? null;
    if (handle === null) throw new KeyStoreError(`the token has no key ${id}`);
    return new Uint8Array(await webcrypto.subtle.sign(ES256, handle, data));
  }

  override async destroyKey(id: string): Promise<void> {
    requireKeyName(id);
    const key = await this.keys.get(id);
    if (key !== undefined) key.handle = null;
  }
}

async function makeKey(): Promise<TokenKey> {
  const pair = await webcrypto.subtle.generateKey(ES256, false, ['sign', 'verify']);
  const { kty, crv, x, y } = await webcrypto.subtle.exportKey('jwk', pair.publicKey);
  return { publicJwk: p256Jwk.parse({ kty, crv, x, y }), handle: pair.privateKey };
}
