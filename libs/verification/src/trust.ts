import { parseVerifierKey, type Checkpoint, type NoteVerifier } from '@guise/ledger';
import { parsePublishedKeys, type PinnedKey } from '@guise/permit';
import { trustRoot } from '@guise/protocol';
import { VerificationError } from './errors.js';

/** A trust root as the checks use it. It comes from the verifier, never from the bundle. */
export interface ParsedTrustRoot {
  readonly issuer: string;
  readonly ledger: NoteVerifier;
  readonly rpId: string;
  readonly origins: readonly string[];
  readonly permitKeys: readonly PinnedKey[];
}

/** What the verifier demands beyond validity. */
export interface ProofPolicy {
  /** C2SP verifier keys of the witnesses that the verifier trusts. */
  readonly witnesses?: readonly string[];
  /** How many of them must have cosigned; 1 when absent. 0 accepts a log that nobody watches. */
  readonly witnessesNeeded?: number;
  /** The newest checkpoint that the verifier has seen of this log. */
  readonly pinned?: Checkpoint;
}

/** @throws VerificationError `trust-root-malformed` */
export function parseTrustRoot(value: unknown): ParsedTrustRoot {
  try {
    const { issuer, ledgerKey, rpId, origins, permitKeys } = trustRoot.parse(value);
    const ledger = parseVerifierKey(ledgerKey);
    return { issuer, rpId, origins, ledger, permitKeys: parsePublishedKeys(permitKeys) };
  } catch {
    throw new VerificationError(
      'trust-root-malformed',
      'the trust root cannot be read: fetch it again from your authority (/.well-known/guise-trust.json)',
    );
  }
}
