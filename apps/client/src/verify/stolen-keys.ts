import { parsePublishedKeys } from '@guise/permit';
import type { ProofBundle, TrustRoot } from '@guise/protocol';

/** A signing key of the authority that was in other hands. */
export interface StolenKey {
  readonly kid: string;
  /** Unix seconds: nothing that it signed from then on counts. */
  readonly until: number;
}

/** Which stolen keys the permits of these proofs name. Whether the permits hold is the matter of their check. */
export function stolenKeysIn(bundles: readonly ProofBundle[], trust: TrustRoot): readonly StolenKey[] {
  const named = new Set(bundles.flatMap(({ permits }) => permits.map(kidOf)));
  return parsePublishedKeys(trust.permitKeys)
    .filter(({ kid, compromised }) => compromised === true && named.has(kid))
    .map(({ kid, notAfter = 0 }) => ({ kid, until: notAfter }));
}

function kidOf(jws: string): unknown {
  try {
    const header: unknown = JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString('utf8'));
    return Reflect.get(Object(header), 'kid');
  } catch {
    return undefined;
  }
}
