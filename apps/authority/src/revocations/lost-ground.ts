import type { LedgerPayload } from '@guise/ledger';
import type { Ground } from './change-feed.js';

/**
 * What running sessions may have lost with a change, told by its ledger entry: every change has one, so no service can
 * forget to say. Null: no session ends by it.
 */
export function lostGround(entry: LedgerPayload): Ground | null {
  switch (entry.kind) {
    case 'consent-withdrawn':
      return { consentId: entry.consent };
    case 'avatar-state':
      return entry.from === 'active' && entry.to !== 'active' ? { avatarId: entry.avatar } : null;
    case 'device':
      return entry.state === 'revoked' ? { deviceId: entry.device } : null;
    case 'erasure':
      return { personId: entry.person };
    case 'status-change':
      return entry.subject.startsWith('per_') ? { personId: entry.subject } : null;
    case 'policy':
      return { policyId: entry.policy };
    default:
      return null;
  }
}
