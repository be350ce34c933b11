import {
  commitEntry,
  hashLeaf,
  LedgerError,
  parsePayload,
  type LedgerPayload,
  type VerifiedCheckpoint,
} from '@guise/ledger';
import type { LedgerStore, ReconciledEntry } from '@guise/persistence';
import { createLogMembership } from './log-membership.js';

/**
 * What is wrong with an entry itself: its payload and salt are gone without right, it is not what was committed to, or the
 * published log has another.
 */
export type EntryFault = 'entry-erased' | 'entry-edited' | 'entry-not-in-log';

/** `payload` is null without a fault where the entry was erased by right: it says nothing any more. */
export type CheckedEntry =
  | { readonly payload: LedgerPayload; readonly fault: null }
  | { readonly payload: null; readonly fault: EntryFault | null };

/** Whether the log itself says that the entry at this place was erased by right. */
export type IsErasedByRight = (leafIndex: number) => Promise<boolean>;

type StoredCommitment = Pick<ReconciledEntry, 'payload' | 'salt' | 'commitment' | 'leafIndex'>;

/** Checks entries against one signed checkpoint. Tiles are kept for the life of the function. */
export function createEntryCheck(
  store: Pick<LedgerStore, 'readTile'>,
  checkpoint: VerifiedCheckpoint,
  isErasedByRight: IsErasedByRight,
) {
  const membership = createLogMembership(store, checkpoint);

  /** What is not published yet is in the next checkpoint, or an alarm of the next time. */
  const isInLog = async (commitment: Uint8Array, leafIndex: number | null): Promise<boolean> =>
    leafIndex === null || leafIndex >= checkpoint.size || (await membership(hashLeaf(commitment), leafIndex));

  return async ({ payload, salt, commitment, leafIndex }: StoredCommitment): Promise<CheckedEntry> => {
    if (payload === null || salt === null) {
      const byRight = leafIndex !== null && (await isErasedByRight(leafIndex));
      if (!byRight) return { payload: null, fault: 'entry-erased' };
      return { payload: null, fault: (await isInLog(commitment, leafIndex)) ? null : 'entry-not-in-log' };
    }
    if (!Buffer.from(commitEntry(payload, salt)).equals(commitment))
      return { payload: null, fault: 'entry-edited' };
    if (!(await isInLog(commitment, leafIndex))) return { payload: null, fault: 'entry-not-in-log' };
    try {
      return { payload: parsePayload(payload), fault: null };
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      return { payload: null, fault: 'entry-not-in-log' };
    }
  };
}
export type EntryCheck = ReturnType<typeof createEntryCheck>;
