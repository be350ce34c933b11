import { Injectable } from '@nestjs/common';
import type { P256Jwk } from '@guise/protocol';

/**
 * Where long-lived secrets and private keys live. The default keeps them in files; an adapter for PKCS#11 or a cloud KMS takes
 * the same shape: private keys are made inside, are named by the caller, sign, and never leave (PKCS#11: `CKA_LABEL`,
 * `C_GenerateKeyPair`, `CKM_ECDSA_SHA256`; KMS: an alias, `CreateKey`, `Sign`). Names are lower-case words with dashes. What
 * an adapter must do is written in `key-store-contract.ts`. Every replica of an authority uses the same store.
 */
@Injectable()
export abstract class KeyStore {
  /** 32 random bytes, made at the first call and the same ever after: seeds of what is derived, not of signing keys. */
  abstract secret(name: string): Promise<Uint8Array>;
  /** Makes the P-256 key `id`, or finds it when there is one: of any number of calls at once, all get the same. */
  abstract generateKey(id: string): Promise<P256Jwk>;
  /** The public half, also of a destroyed key; null when there never was one. */
  abstract publicKey(id: string): Promise<P256Jwk | null>;
  /**
   * ECDSA over SHA-256 of `data`: 64 bytes, r ‖ s (RFC 7518 §3.4).
   * @throws KeyStoreError when there is no such key, or it was destroyed
   */
  abstract sign(id: string, data: Uint8Array): Promise<Uint8Array>;
  /** Destroys the private half for good. Done again, or for a key that never was, it does nothing. */
  abstract destroyKey(id: string): Promise<void>;
}

/** A key that is not there, is damaged, or that others can read. Says which, never its content. */
export class KeyStoreError extends Error {
  override readonly name = 'KeyStoreError';
}

const KEY_NAME = /^[a-z][a-z0-9-]{0,60}$/;

/** @throws RangeError for a name that could be a path or an option */
export function requireKeyName(name: string): void {
  if (!KEY_NAME.test(name)) throw new RangeError('a key name is lower-case words with dashes');
}
