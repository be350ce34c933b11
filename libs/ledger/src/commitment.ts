import { sha256 } from '@noble/hashes/sha2.js';
import { decode, encode } from 'cbor2';
import { concatBytes, equalBytes } from './bytes.js';
import { LedgerError } from './errors.js';
import { hashLeaf, type Hash } from './merkle.js';
import { ledgerPayload, type LedgerPayload } from './payload.js';

export const SALT_BYTES = 32;
/** Bound before parsing: an evidence segment of 128 KiB is the largest thing a leaf holds. */
export const MAX_PAYLOAD_BYTES = 262_144;

/**
 * Deterministic CBOR (CDE) of an entry's payload. These exact bytes are kept and hashed: they are never re-encoded.
 * @throws LedgerError `entry-malformed`, `entry-too-large`
 */
export function encodePayload(payload: LedgerPayload): Uint8Array {
  const parsed = ledgerPayload.safeParse(payload);
  if (!parsed.success) throw malformed(parsed.error.issues[0]?.path.join('.') ?? '');
  const bytes = encode(parsed.data, { cde: true });
  if (bytes.length > MAX_PAYLOAD_BYTES) throw tooLarge();
  return bytes;
}

/**
 * Parses payload bytes; anything but the deterministic encoding of a known kind is refused.
 * @throws LedgerError `entry-malformed`, `entry-too-large`
 */
export function parsePayload(bytes: Uint8Array): LedgerPayload {
  if (bytes.length > MAX_PAYLOAD_BYTES) throw tooLarge();
  let value: unknown;
  try {
    value = decode(bytes, { cde: true, maxDepth: 8, rejectDuplicateKeys: true });
  } catch {
    throw malformed('');
  }
  const parsed = ledgerPayload.safeParse(value);
  if (!parsed.success) throw malformed(parsed.error.issues[0]?.path.join('.') ?? '');
  if (!equalBytes(encode(parsed.data, { cde: true }), bytes)) throw malformed('');
  return parsed.data;
}

/**
 * What the public log holds of an entry: SHA-256(payload ‖ salt), 32 bytes. Destroying payload and salt leaves a value
 * that says nothing; the tree around it stays provable.
 * @param salt 32 random bytes, drawn for this entry alone
 */
export function commitEntry(payload: Uint8Array, salt: Uint8Array): Uint8Array {
  if (salt.length !== SALT_BYTES) throw new RangeError('a salt has exactly 32 bytes');
  return sha256(concatBytes(payload, salt));
}

/** Leaf hash of an entry whose payload and salt are known. */
export function entryLeafHash(payload: Uint8Array, salt: Uint8Array): Hash {
  return hashLeaf(commitEntry(payload, salt));
}

const tooLarge = (): LedgerError =>
  new LedgerError('entry-too-large', 'the entry has more than 262,144 bytes');
const malformed = (where: string): LedgerError =>
  new LedgerError(
    'entry-malformed',
    `the bytes are no deterministic encoding of a ledger entry ${where}`.trimEnd(),
  );
