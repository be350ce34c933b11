import type { ReconciledRow } from '@guise/persistence';

const WEARABLE: readonly unknown[] = ['active', 'suspended'];
const IN_FORCE: readonly unknown[] = ['active', 'live', 'given', 'in-force'];

/**
 * Whether a row is one that nothing follows from any more. What the ledger said of it was erased with its person, so this is
 * all that can be asked: an erased person's avatar that is active again was made so behind the authority's back.
 */
export function isAtRest({ kind, fields }: ReconciledRow): boolean {
  switch (kind) {
    case 'avatar':
      return !WEARABLE.includes(fields.to);
    case 'consent':
      return fields.given === false;
    case 'passkey':
      return fields.usable === false;
    case 'admin':
    case 'policy':
      return false;
    default:
      return !IN_FORCE.includes(fields.state);
  }
}
