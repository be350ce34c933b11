import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { encodeBase64Url, type AssertionEvidence } from '@guise/ledger';
import { decode } from 'cbor2';
import { z } from 'zod';
import { verifyRs256 } from './rsa.js';

const clientData = z.looseObject({
  type: z.literal('webauthn.get'),
  challenge: z.string().max(200),
  origin: z.string().max(300),
  crossOrigin: z.literal(false).optional(),
});

// Flags of authenticator data (WebAuthn L3 §6.1).
const FLAG_USER_PRESENT = 0x01;
const FLAG_USER_VERIFIED = 0x04;

/** Why an assertion does not count; null means it does. */
export type AssertionFault =
  'client-data' | 'challenge' | 'origin' | 'relying-party' | 'user-not-verified' | 'key' | 'signature';

/**
 * Checks a kept passkey assertion over a statement (WebAuthn L3 §7.2, the parts that need no server state):
 * the challenge is the SHA-256 of the exact statement, so the signature covers every byte of it.
 * @param publicKey COSE_Key bytes from the ledger's `passkey` entry
 */
export function findAssertionFault(input: {
  readonly statement: Uint8Array;
  readonly assertion: AssertionEvidence;
  readonly publicKey: Uint8Array;
  readonly rpId: string;
  readonly origins: readonly string[];
}): AssertionFault | null {
  const { statement, assertion, publicKey, rpId, origins } = input;
  const client = parseClientData(assertion.clientData);
  if (client === null) return 'client-data';
  if (client.challenge !== encodeBase64Url(sha256(statement))) return 'challenge';
  if (!origins.includes(client.origin)) return 'origin';
  const rpIdHash = encodeBase64Url(sha256(new TextEncoder().encode(rpId)));
  if (encodeBase64Url(assertion.authenticatorData.slice(0, 32)) !== rpIdHash) return 'relying-party';
  const flags = assertion.authenticatorData[32] ?? 0;
  if ((flags & FLAG_USER_PRESENT) === 0 || (flags & FLAG_USER_VERIFIED) === 0) return 'user-not-verified';
  const message = new Uint8Array([...assertion.authenticatorData, ...sha256(assertion.clientData)]);
  return verifyCose(publicKey, assertion.signature, message);
}

function parseClientData(bytes: Uint8Array): z.infer<typeof clientData> | null {
  try {
    const parsed = clientData.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    return parsed.data ?? null;
  } catch {
    return null;
  }
}

// COSE (RFC 9052, RFC 9053): key labels and algorithm numbers that authenticators use.
const LABEL_ALG = 3;
const ES256 = -7;
const EDDSA = -8;
const RS256 = -257;
const coordinate = z.instanceof(Uint8Array).refine((bytes) => bytes.length === 32);
const ec2Key = z.object({ kty: z.literal(2), crv: z.literal(1), x: coordinate, y: coordinate });
const okpKey = z.object({ kty: z.literal(1), crv: z.literal(6), x: coordinate });
const rsaPart = z.instanceof(Uint8Array).refine((bytes) => bytes.length <= 512);
const rsaKey = z.object({ kty: z.literal(3), n: rsaPart, e: rsaPart });

function verifyCose(
  cose: Uint8Array,
  signature: Uint8Array,
  message: Uint8Array,
): 'key' | 'signature' | null {
  const key = parseCose(cose);
  if (key === null) return 'key';
  try {
    return key(signature, message) ? null : 'signature';
  } catch {
    return 'signature';
  }
}

type Verify = (signature: Uint8Array, message: Uint8Array) => boolean;

function parseCose(bytes: Uint8Array): Verify | null {
  const map = decodeMap(bytes);
  if (map === null) return null;
  const at = (label: number): unknown => map.get(label);
  switch (map.get(LABEL_ALG)) {
    case ES256: {
      const key = ec2Key.safeParse({ kty: at(1), crv: at(-1), x: at(-2), y: at(-3) }).data;
      if (key === undefined) return null;
      const point = new Uint8Array([4, ...key.x, ...key.y]);
      return (signature, message) => p256.verify(signature, message, point, { format: 'der', lowS: false });
    }
    case EDDSA: {
      const key = okpKey.safeParse({ kty: at(1), crv: at(-1), x: at(-2) }).data;
      if (key === undefined) return null;
      return (signature, message) => ed25519.verify(signature, message, key.x, { zip215: false });
    }
    case RS256: {
      const key = rsaKey.safeParse({ kty: at(1), n: at(-1), e: at(-2) }).data;
      if (key === undefined) return null;
      return (signature, message) => verifyRs256({ modulus: key.n, exponent: key.e }, signature, message);
    }
    default:
      return null;
  }
}

function decodeMap(bytes: Uint8Array): Map<unknown, unknown> | null {
  if (bytes.length > 2048) return null;
  try {
    const value = decode(bytes, { preferMap: true, maxDepth: 2, rejectDuplicateKeys: true });
    return value instanceof Map ? value : null;
  } catch {
    return null;
  }
}
