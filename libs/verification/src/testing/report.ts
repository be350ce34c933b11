import { formatId, verificationId, type VerificationReport } from '@guise/protocol';
import type { ProofResult } from '../verify-bundle.js';
import { NOW, SESSION_NUMBER } from './scenario.js';

/** A verifier who asks for no witnesses. */
export const lenient = { policy: { witnessesNeeded: 0 } };

/** Names of the checks that failed. */
export const failures = (result: ProofResult): string[] =>
  result.checks.filter(({ state }) => state === 'failed').map(({ name }) => name);

/** A report that calls these Unix seconds authorised. */
export function report(
  changes: Partial<VerificationReport> = {},
  at: readonly number[] = [NOW, NOW + 1],
): VerificationReport {
  return {
    id: verificationId.parse(formatId('verification', new Uint8Array(16))),
    verdict: 'authorised',
    reasons: [],
    mediaSha256: 'cd'.repeat(32),
    verifiedAt: NOW + 60,
    detection: { found: true, session: SESSION_NUMBER, confidenceLog10: -12 },
    facts: null,
    timeline: at.map((renderedAt, second) => ({
      second,
      verdict: 'authorised',
      epoch: renderedAt - NOW,
      renderedAt,
      fingerprintDistance: 1,
      faceDistance: 2,
      epochTagZ: 9,
      alteredTiles: [],
      reason: 'proved',
      share: 1,
      pictures: [],
    })),
    coverage: { seconds: at.length, read: at.length, longestGap: 0 },
    proof: null,
    otherProofs: [],
    ...changes,
  };
}
