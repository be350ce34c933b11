import {
  commitEntry,
  entryLeafHash,
  LedgerError,
  openTree,
  parsePayload,
  verifyInclusion,
  type LedgerPayload,
} from '@guise/ledger';
import type { LedgerStore, ReconciledEntry } from '@guise/persistence';
import type { VerifiedCheckpoint } from '@guise/ledger';

/** What is wrong with an entry itself: its salt is gone, it is not what was committed to, or the published log has another. */
export type EntryFault = 'entry-erased' | 'entry-edited' | 'entry-not-in-log';

export type CheckedEntry =
  | { readonly payload: LedgerPayload; readonly fault: null }
  | { readonly payload: null; readonly fault: EntryFault };

/** Checks entries against one signed checkpoint. Tiles are read once for the life of the function. */
export function createEntryCheck(store: Pick<LedgerStore, 'readTile'>, checkpoint: VerifiedCheckpoint) {
  const tree = openTree(store, checkpoint.size);
  return async ({ payload, salt, commitment, leafIndex }: ReconciledEntry): Promise<CheckedEntry> => {
    if (payload === null || salt === null) return { payload: null, fault: 'entry-erased' };
    if (!Buffer.from(commitEntry(payload, salt)).equals(commitment))
      return { payload: null, fault: 'entry-edited' };
    try {
      // What is not published yet is in the next checkpoint, or an alarm of the next time.
      if (leafIndex !== null && leafIndex < checkpoint.size) {
        verifyInclusion({
          leafHash: entryLeafHash(payload, salt),
          index: leafIndex,
          size: checkpoint.size,
          proof: await tree.proveInclusion(leafIndex),
          root: checkpoint.root,
        });
      }
      return { payload: parsePayload(payload), fault: null };
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      return { payload: null, fault: 'entry-not-in-log' };
    }
  };
}
export type EntryCheck = ReturnType<typeof createEntryCheck>;
