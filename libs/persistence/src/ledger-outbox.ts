import type { LedgerPayload } from '@guise/ledger';
import type { Transaction } from './database.js';
import type { SealedEntry } from './ledger-entries.js';

/**
 * Where domain changes leave their ledger entries: staged in the same transaction, so that a change and its entry are
 * stored together or not at all (DESIGN §7). The sequencer appends what is staged.
 */
export abstract class LedgerOutbox {
  /** @returns the entry's staging number, under which its place is found later */
  abstract stage(tx: Transaction, payload: LedgerPayload): Promise<bigint>;

  /**
   * For a change that stores its entry in its own statement: sealed now, and to be stored in a transaction that is open.
   * Only for permits: nobody has to be told of them.
   */
  abstract seal(payload: Extract<LedgerPayload, { kind: 'permit' }>): SealedEntry;
}
