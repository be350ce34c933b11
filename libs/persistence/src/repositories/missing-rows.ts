import type { LedgerPayload } from '@guise/ledger';
import { Prisma } from '../generated/client.js';
import type { Client } from '../database.js';

/** Kinds of rows that are never deleted, each with the entries that its id is the topic of. */
const KEPT = {
  avatar: { table: 'Avatar', entry: 'avatar-state', begins: '' },
  consent: { table: 'Consent', entry: 'consent-given', begins: '' },
  approval: { table: 'Approval', entry: 'approval', begins: '' },
  policy: { table: 'Policy', entry: 'policy', begins: '' },
  device: { table: 'Device', entry: 'device', begins: '' },
  // Entries of this kind are about grants and programs as well.
  person: { table: 'Person', entry: 'status-change', begins: 'per_' },
  session: { table: 'WearSession', entry: 'session-opened', begins: '' },
} as const satisfies Record<
  string,
  { readonly table: string; readonly entry: LedgerPayload['kind']; readonly begins: string }
>;
export type KeptKind = keyof typeof KEPT;
export const KEPT_KINDS = Object.keys(KEPT) as readonly KeptKind[];

/** Ids that the ledger has entries about and the database no row, in one statement and so in one snapshot. */
export async function findMissingRows(
  client: Client,
  kind: KeptKind,
  limit: number,
): Promise<readonly string[]> {
  const { table, entry, begins } = KEPT[kind];
  const rows = await client.$queryRaw<{ topic: string }[]>`
    SELECT DISTINCT entry."topic" FROM "LedgerEntry" AS entry
    WHERE entry."kind" = ${entry} AND starts_with(entry."topic", ${begins})
      AND NOT EXISTS (SELECT FROM ${Prisma.raw(`"${table}"`)} AS kept WHERE kept."id" = entry."topic")
    ORDER BY entry."topic" LIMIT ${limit}`;
  return rows.map((row) => row.topic);
}
