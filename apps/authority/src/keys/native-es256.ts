import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { createEs256Signer, type Es256Signer, type P256PrivateJwk } from '@guise/permit';
import type { P256Jwk } from '@guise/protocol';

/** r ‖ s, as RFC 7518 §3.4 wants it. */
const P1363 = 'ieee-p1363';
/** Public keys kept ready: those of the devices that are asking at a time. */
const KEPT = 4_096;

/**
 * A signer by OpenSSL: an eighth of the time of one in JavaScript. Its nonces are OpenSSL's own, so signing the same twice
 * gives two signatures.
 * @throws PermitError `key-malformed` unless the private and the public part belong together
 */
export async function createNativeSigner(privateJwk: P256PrivateJwk): Promise<Es256Signer> {
  const { publicJwk, kid } = await createEs256Signer(privateJwk);
  const key = createPrivateKey({ key: privateJwk, format: 'jwk' });
  return {
    publicJwk,
    kid,
    sign: (data) => Promise.resolve(new Uint8Array(sign('sha256', data, { key, dsaEncoding: P1363 }))),
  };
}

const known = new Map<string, KeyObject>();

/** Verifies an ES256 signature by OpenSSL, at once. @throws when the key is no point of the curve */
export function verifyNatively(jwk: P256Jwk, data: Uint8Array, signature: Uint8Array): boolean {
  return verify('sha256', data, { key: keyOf(jwk), dsaEncoding: P1363 }, signature);
}

function keyOf({ kty, crv, x, y }: P256Jwk): KeyObject {
  const name = `${x}.${y}`;
  const before = known.get(name);
  if (before !== undefined) return before;
  const key = createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' });
  const oldest = known.keys().next().value;
  if (known.size >= KEPT && oldest !== undefined) known.delete(oldest);
  known.set(name, key);
  return key;
}
