import { Prisma } from '../generated/client.js';
import type { Client } from '../database.js';
import type { ReconciledEntry } from './reconciliation.js';

/** A session as stored, with the permits that carried it and everything the ledger has of both, as they stood at one moment. */
export interface SessionRecord {
  readonly id: string;
  readonly number: number;
  readonly personId: string;
  readonly deviceId: string;
  readonly avatarId: string;
  readonly consentId: string;
  readonly purpose: string;
  readonly audience: string;
  readonly opening: string;
  readonly chainEnd: string;
  readonly chainLength: number;
  readonly state: string;
  readonly permits: readonly SessionPermit[];
  /** Oldest first: how it opened and ended, and its permits. */
  readonly entries: readonly ReconciledEntry[];
}

/** Times are Unix seconds. */
export interface SessionPermit {
  readonly id: string;
  readonly sha256: string;
  readonly jws: string;
  readonly notBefore: number;
  readonly expires: number;
}

const KINDS = ['session-opened', 'session-closed', 'permit'];

/**
 * Sessions after an id, in the order of their ids. Read in one snapshot: a row and its entry are stored together, so whatever is
 * written meanwhile is here with both or with neither.
 */
export async function pageSessionRecords(
  client: Client,
  afterId: string,
  limit: number,
): Promise<readonly SessionRecord[]> {
  const [sessions, entries] = await client.$transaction(
    async (tx) => {
      const rows = await tx.wearSession.findMany({
        where: { id: { gt: afterId } },
        orderBy: { id: 'asc' },
        take: limit,
        include: { permits: true },
      });
      const about = await tx.ledgerEntry.findMany({
        where: { topic: { in: rows.map(({ id }) => id) }, kind: { in: KINDS } },
        orderBy: { id: 'asc' },
        select: { id: true, topic: true, payload: true, salt: true, commitment: true, leafIndex: true },
      });
      return [rows, about] as const;
    },
    { isolationLevel: Prisma.TransactionIsolationLevel.RepeatableRead },
  );
  return sessions.map((row) => ({
    ...row,
    number: Number(row.number),
    permits: row.permits.map(({ id, sha256, jws, notBefore, expires }) => ({
      ...{ id, sha256, jws },
      ...{ notBefore: toSeconds(notBefore), expires: toSeconds(expires) },
    })),
    entries: entries
      .filter(({ topic }) => topic === row.id)
      .map((entry) => ({ ...entry, leafIndex: entry.leafIndex === null ? null : Number(entry.leafIndex) })),
  }));
}

/** Unrounded: half a second is an edit. */
const toSeconds = (date: Date): number => date.getTime() / 1000;
