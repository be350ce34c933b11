import type { LedgerPayload } from '@guise/ledger';
import type { Transaction } from './database.js';

/**
 * Where domain changes leave their ledger entries: staged in the same transaction, so that a change and its entry are
 * stored together or not at all (DESIGN §7). The sequencer appends what is staged.
 */
export abstract class LedgerOutbox {
  /** @returns the entry's staging number, under which its place is found later */
  abstract stage(tx: Transaction, payload: LedgerPayload): Promise<bigint>;
}
