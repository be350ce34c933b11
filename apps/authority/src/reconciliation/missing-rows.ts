import { findMissingRows, KEPT_KINDS, type Client, type KeptKind } from '@guise/persistence';

/** A row that the ledger has entries about and the database has no more: such rows are never deleted. */
export interface MissingRow {
  readonly kind: KeptKind;
  readonly id: string;
  readonly difference: 'row-missing';
}

/** Told of each kind one by one; who deletes more is found all the same. */
const MOST_PER_KIND = 100;

export async function checkMissingRows(client: Client): Promise<readonly MissingRow[]> {
  const missing: MissingRow[] = [];
  for (const kind of KEPT_KINDS) {
    const ids = await findMissingRows(client, kind, MOST_PER_KIND);
    missing.push(...ids.map((id) => ({ kind, id, difference: 'row-missing' }) as const));
  }
  return missing;
}
