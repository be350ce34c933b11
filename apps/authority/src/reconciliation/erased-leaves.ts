import { leafSetOf, type LeafSet, type VerifiedCheckpoint } from '@guise/ledger';
import { createLedgerStore, readErasures, type Client } from '@guise/persistence';
import { createEntryCheck, type IsErasedByRight } from './entry-check.js';

/** No entry about erased entries is ever erased itself. */
const never: IsErasedByRight = () => Promise.resolve(false);

/**
 * Answers from the log's own entries which places were erased by right. Only entries count that are what was committed to and
 * stand in the log. Read when first asked, and again when one came since.
 */
export function createErasedLeaves(client: Client, checkpoint: VerifiedCheckpoint): IsErasedByRight {
  const check = createEntryCheck(createLedgerStore(client), checkpoint, never);
  let known: { readonly count: number; readonly leaves: LeafSet } = { count: 0, leaves: leafSetOf([]) };
  return async (leafIndex) => {
    if (known.leaves.has(leafIndex)) return true;
    const erasures = await readErasures(client);
    if (erasures.length === known.count) return false;
    const checked = await Promise.all(erasures.map(check));
    const named = checked.flatMap(({ payload }) =>
      payload?.kind === 'entries-erased' ? [payload.ranges] : [],
    );
    known = { count: erasures.length, leaves: leafSetOf(named) };
    return known.leaves.has(leafIndex);
  };
}
