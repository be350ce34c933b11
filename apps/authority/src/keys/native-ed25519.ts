import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { createNoteVerifier, decodeBase64Url, type NoteSigner } from '@guise/ledger';

/** PKCS #8 of an Ed25519 seed (RFC 8410 §7): this, and the 32 bytes. */
const PKCS8 = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32);

/**
 * A note signer by OpenSSL: the log signs and checks ten times a second under load, and big integers in JavaScript made a quarter of
 * what the heap's collections, and with them the slowest permits, were about.
 * @param seed 32 bytes
 */
export function createNativeNoteSigner(name: string, seed: Uint8Array): NoteSigner {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key);
  const raw = decodeBase64Url(publicKey.export({ format: 'jwk' }).x ?? '');
  if (raw === null) throw new Error('OpenSSL exported no Ed25519 key');
  return {
    verifier: createNoteVerifier(name, raw, {
      verify: (signature, message) => verify(null, message, publicKey, signature),
    }),
    sign: (message) => Promise.resolve(new Uint8Array(sign(null, message, key))),
  };
}
