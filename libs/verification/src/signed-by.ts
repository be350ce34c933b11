import type { AssertionEvidence } from '@guise/ledger';
import { requireThat } from './checklist.js';
import { findAssertionFault, type AssertionFault } from './passkey.js';
import type { SessionStory } from './story.js';
import type { ParsedTrustRoot } from './trust.js';

const FAULTS: Record<AssertionFault, string> = {
  'client-data': 'has malformed client data',
  challenge: 'was made over another text',
  origin: 'was made on another site',
  'relying-party': 'was made for another relying party',
  'user-not-verified': 'was made without verifying the person',
  key: 'names a key that cannot be read',
  signature: 'is wrong',
};

/**
 * Requires that a person's passkey signed the statement, and that the log knew this passkey as theirs before.
 */
export function requireSignedBy(
  what: string,
  signed: {
    readonly index: number;
    readonly person: string;
    readonly statement: Uint8Array;
    readonly assertion: AssertionEvidence;
  },
  story: SessionStory,
  trust: ParsedTrustRoot,
): void {
  const credential = String(signed.assertion.credential);
  const earlier = story.passkeys.filter(
    ({ index, payload }) => index < signed.index && String(payload.credential) === credential,
  );
  const registered = earlier.at(-1)?.payload;
  requireThat(
    registered?.state === 'registered' && registered.person === signed.person,
    `${what}: the log did not hold this passkey as the signer's before the signature`,
  );
  const { statement, assertion } = signed;
  const { rpId, origins } = trust;
  const fault = findAssertionFault({ statement, assertion, publicKey: registered.publicKey, rpId, origins });
  requireThat(fault === null, `${what}: the passkey signature ${fault === null ? '' : FAULTS[fault]}`);
}
