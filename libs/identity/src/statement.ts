import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { SignedStatement } from '@guise/protocol';
import type { CountsSince } from './counter.js';
import { IdentityError } from './errors.js';
import { verifyAssertion, type Passkey, type RelyingParty, type VerifiedAssertion } from './passkey.js';

/** The exact text a person is asked to sign, its hash, and the challenge that binds a passkey signature to it. */
export interface StatementText {
  readonly text: string;
  /** Lower-case hexadecimal SHA-256 of the text's UTF-8 bytes. */
  readonly sha256: string;
  /** The same 32 bytes: what the passkey signs as its challenge. */
  readonly challenge: Uint8Array;
}

/** Writes a statement as the text that is signed: JSON, indented, so that a person can read it. */
export function writeStatement(statement: object): StatementText {
  return hashStatement(JSON.stringify(statement, null, 2));
}

export function hashStatement(text: string): StatementText {
  const challenge = sha256(new TextEncoder().encode(text));
  return { text, sha256: bytesToHex(challenge), challenge };
}

/**
 * Verifies a signature over an offered statement: the text is the offered one to the byte, and the person's passkey
 * signed its hash.
 * @throws IdentityError `statement-mismatch`, `assertion-invalid`, `passkey-cloned`
 */
export async function verifySignedStatement(
  rp: RelyingParty,
  offeredText: string,
  signed: SignedStatement,
  passkey: Passkey,
  countsSince?: CountsSince,
): Promise<VerifiedAssertion> {
  if (signed.statement !== offeredText) throw new IdentityError('statement-mismatch');
  return verifyAssertion(rp, hashStatement(offeredText).challenge, signed.assertion, passkey, countsSince);
}
