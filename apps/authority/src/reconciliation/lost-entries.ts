import type { VerifiedCheckpoint } from '@guise/ledger';
import { countPlaced, pageErased, type Client } from '@guise/persistence';
import type { EntryCheck, EntryFault } from './entry-check.js';

const BATCH = 500;

/** An entry that the log has and the database lost, also where it is about no row that is compared. */
export interface LostEntry {
  readonly kind: 'ledger-entry';
  /** Staging number, or `count` where whole entries are missing. */
  readonly id: string;
  readonly difference: EntryFault | 'entries-missing';
}

/**
 * Looks for entries whose payload and salt were destroyed without an entry that says so, and for such as were deleted:
 * whoever wants something not to be provable any more would begin with these.
 */
export async function findLostEntries(
  client: Client,
  checkpoint: VerifiedCheckpoint,
  check: EntryCheck,
): Promise<readonly LostEntry[]> {
  const lost: LostEntry[] = [];
  for (let after = -1n; ;) {
    const entries = await pageErased(client, after, BATCH);
    for (const entry of entries) {
      const { fault } = await check({ ...entry, payload: null, salt: null });
      if (fault !== null) lost.push({ kind: 'ledger-entry', id: String(entry.id), difference: fault });
    }
    const last = entries.at(-1);
    if (last === undefined || entries.length < BATCH) break;
    after = last.id;
  }
  if ((await countPlaced(client, checkpoint.size)) !== checkpoint.size)
    lost.push({ kind: 'ledger-entry', id: 'count', difference: 'entries-missing' });
  return lost;
}
