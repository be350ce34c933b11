import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { p256Jwk, type P256Jwk } from '@guise/protocol';
import { base64url, importJWK, type CryptoKey } from 'jose';
import { z } from 'zod';
import { PermitError } from './errors.js';

/** A P-256 private key as JWK. Lives in a key store or a 0600 file, nowhere else. */
export const p256PrivateJwk = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string().length(43),
  y: z.string().length(43),
  d: z.string().length(43),
});
export type P256PrivateJwk = z.infer<typeof p256PrivateJwk>;

/** Signs with a P-256 key that stays behind this port (file, key store, platform). */
export interface Es256Signer {
  readonly publicJwk: P256Jwk;
  /** RFC 7638 thumbprint of the public key, base64url. */
  readonly kid: string;
  /** ECDSA over SHA-256 of `data`: 64 bytes, r ‖ s (RFC 7518 §3.4). */
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/**
 * Verifies ES256 signatures. Without one, WebCrypto does; a server brings its platform's own, which answers at once.
 * @param data what was signed, unhashed
 * @param signature r ‖ s
 * @throws when the key is no point of the curve
 */
export type Es256Verifier = (
  key: P256Jwk,
  data: Uint8Array,
  signature: Uint8Array,
) => boolean | Promise<boolean>;

/** RFC 7638 thumbprint (SHA-256, base64url) of a public key. */
export function jwkThumbprint(jwk: P256Jwk): Promise<string> {
  return Promise.resolve(thumbprintOf(jwk));
}

/** The same, at once: the members in the order of their names. */
export function thumbprintOf({ crv, kty, x, y }: P256Jwk): string {
  return base64url.encode(sha256(new TextEncoder().encode(JSON.stringify({ crv, kty, x, y }))));
}

/**
 * Signer over a private key held in memory. Signatures are deterministic (RFC 6979), so they need no randomness.
 * @throws PermitError `key-malformed` unless the private and the public part belong together
 */
export async function createEs256Signer(privateJwk: P256PrivateJwk): Promise<Es256Signer> {
  const { kty, crv, x, y, d } = privateJwk;
  const secret = base64url.decode(d);
  if (!p256.utils.isValidSecretKey(secret) || !sameKey(jwkOf(secret), privateJwk)) {
    throw new PermitError('key-malformed');
  }
  const publicJwk: P256Jwk = { kty, crv, x, y };
  return {
    publicJwk,
    kid: await jwkThumbprint(publicJwk),
    sign: (data) => Promise.resolve(p256.sign(data, secret, { lowS: false })),
  };
}

/**
 * Makes a P-256 key from randomness that the caller draws (FIPS 186-5 A.2.1, extra random bits).
 * @param random exactly {@link KEY_RANDOM_BYTES} bytes
 */
export function createEs256Key(random: Uint8Array): P256PrivateJwk {
  if (random.length !== KEY_RANDOM_BYTES) throw new RangeError('a key takes exactly 48 random bytes');
  return jwkOf(p256.utils.randomSecretKey(random));
}

export const KEY_RANDOM_BYTES = 48;

function jwkOf(secret: Uint8Array): P256PrivateJwk {
  const point = p256.getPublicKey(secret, false);
  return {
    kty: 'EC',
    crv: 'P-256',
    x: base64url.encode(point.subarray(1, 33)),
    y: base64url.encode(point.subarray(33)),
    d: base64url.encode(secret),
  };
}

const sameKey = (a: P256PrivateJwk, b: P256PrivateJwk): boolean => a.x === b.x && a.y === b.y;

/** @throws PermitError `key-malformed` unless the point is on the curve */
export async function importEs256({ kty, crv, x, y }: P256Jwk): Promise<CryptoKey> {
  try {
    const key = await importJWK({ kty, crv, x, y }, 'ES256');
    if (key instanceof Uint8Array) throw new PermitError('key-malformed');
    return key;
  } catch {
    throw new PermitError('key-malformed');
  }
}

/** @throws PermitError `key-malformed`: also when private members are present */
export function parseP256Jwk(value: unknown): P256Jwk {
  const parsed = p256Jwk.safeParse(value);
  if (!parsed.success) throw new PermitError('key-malformed');
  return parsed.data;
}

export const encodeJson = (value: unknown): string => base64url.encode(JSON.stringify(value));
