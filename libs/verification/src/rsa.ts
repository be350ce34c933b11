import { sha256 } from '@noble/hashes/sha2.js';

/** DER of `DigestInfo` for SHA-256 up to the digest (RFC 8017 §9.2, note 1). */
const SHA256_PREFIX = '3031300d060960864801650304020105000420';

/**
 * RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2.2), which TPM passkeys use. Public data only, so plain big integers do.
 * The expected encoding is built and compared whole: nothing of the padding is parsed.
 */
export function verifyRs256(
  key: { readonly modulus: Uint8Array; readonly exponent: Uint8Array },
  signature: Uint8Array,
  message: Uint8Array,
): boolean {
  const length = key.modulus.length;
  const [n, e, s] = [toBigInt(key.modulus), toBigInt(key.exponent), toBigInt(signature)];
  if (length < 256 || signature.length !== length || s >= n || e !== 65_537n) return false;
  const digest = SHA256_PREFIX + toHex(sha256(message));
  const padding = 'ff'.repeat(length - 3 - digest.length / 2);
  return powMod(s, e, n) === BigInt(`0x0001${padding}00${digest}`);
}

const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x0${toHex(bytes)}`);

function powMod(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let [b, e] = [base % modulus, exponent]; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * b) % modulus;
    b = (b * b) % modulus;
  }
  return result;
}
