import { encode } from 'cbor2';

/** Flags of authenticator data (WebAuthn L3 §6.1). */
export const FLAG_USER_PRESENT = 0x01;
export const FLAG_USER_VERIFIED = 0x04;
export const FLAG_ATTESTED_CREDENTIAL = 0x40;

/** An authenticator with no model to tell: sixteen zero bytes. */
export const NO_AAGUID = new Uint8Array(16);

export const toBase64Url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
export const fromBase64Url = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function bigEndian(value: number, bytes: 2 | 4): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  if (bytes === 2) view.setUint16(0, value);
  else view.setUint32(0, value);
  return new Uint8Array(view.buffer);
}

/** COSE_Key of a P-256 public point (RFC 9053 §7.1.1); `point` is the 65-byte uncompressed form. */
export function coseP256(point: Uint8Array): Uint8Array {
  return encode(
    new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, point.slice(1, 33)],
      [-3, point.slice(33, 65)],
    ]),
  );
}

/** Authenticator data (WebAuthn L3 §6.1), with the attested credential when one is given. */
export function authenticatorData(
  rpIdHash: Uint8Array,
  flags: number,
  counter: number,
  credential?: { readonly id: Uint8Array; readonly coseKey: Uint8Array },
): Uint8Array {
  const head = concat(rpIdHash, Uint8Array.of(flags), bigEndian(counter, 4));
  if (credential === undefined) return head;
  return concat(head, NO_AAGUID, bigEndian(credential.id.length, 2), credential.id, credential.coseKey);
}

/** Attestation object (WebAuthn L3 §6.5), keys in CTAP2 canonical order. */
export function attestationObject(authData: Uint8Array, selfSignature: Uint8Array | null): Uint8Array {
  const statement =
    selfSignature === null
      ? new Map<string, number | Uint8Array>()
      : new Map<string, number | Uint8Array>([
          ['alg', -7],
          ['sig', selfSignature],
        ]);
  return encode(
    new Map<string, unknown>([
      ['fmt', selfSignature === null ? 'none' : 'packed'],
      ['attStmt', statement],
      ['authData', authData],
    ]),
  );
}
