import type { LedgerPayload } from '@guise/ledger';
import type { Client } from '../database.js';

/** Kinds of rows whose every change has an entry in the ledger. */
export const RECONCILED_KINDS = [
  'avatar',
  'consent',
  'approval',
  'policy',
  'passkey',
  'device',
  'admin',
  'person',
] as const;
export type ReconciledKind = (typeof RECONCILED_KINDS)[number];

/** A row as the database tells it. `fields` are compared with the entries about `topics`. */
export interface ReconciledRow {
  readonly kind: ReconciledKind;
  readonly id: string;
  readonly topics: readonly string[];
  readonly fields: Readonly<Record<string, unknown>>;
}

/** An entry as stored. Payload and salt are null once it was erased. */
export interface ReconciledEntry {
  readonly id: bigint;
  readonly topic: string;
  readonly payload: Uint8Array | null;
  readonly salt: Uint8Array | null;
  readonly commitment: Uint8Array;
  readonly leafIndex: number | null;
}

/** Rows after an id, or the one of an id. */
type Which = { readonly gt: string } | { readonly equals: string };

interface Source {
  readonly entryKinds: readonly LedgerPayload['kind'][];
  read(client: Client, id: Which, take: number): Promise<readonly Omit<ReconciledRow, 'kind'>[]>;
}

const order = { id: 'asc' } as const;

const SOURCES: Readonly<Record<ReconciledKind, Source>> = {
  avatar: {
    entryKinds: ['avatar-state'],
    read: async (client, id, take) =>
      (await client.avatar.findMany({ where: { id }, orderBy: order, take })).map((row) => ({
        id: row.id,
        topics: [row.id],
        fields: {
          ...{ avatarSha256: row.sha256, avatarKind: row.kind, likeness: row.likeness, to: row.state },
          ...{ subject: row.subjectId, draftedBy: row.draftedById },
        },
      })),
  },
  consent: {
    entryKinds: ['consent-given', 'consent-withdrawn'],
    read: async (client, id, take) =>
      (await client.consent.findMany({ where: { id }, orderBy: order, take })).map((row) => ({
        id: row.id,
        topics: [row.id],
        fields: { person: row.subjectId, statement: row.statement, given: row.state === 'given' },
      })),
  },
  approval: {
    entryKinds: ['approval'],
    read: async (client, id, take) =>
      (await client.approval.findMany({ where: { id }, orderBy: order, take })).map((row) => ({
        id: row.id,
        topics: [row.id],
        fields: { person: row.approverId, statement: row.statement },
      })),
  },
  policy: {
    entryKinds: ['policy'],
    read: async (client, id, take) =>
      (await client.policy.findMany({ where: { id, version: { not: null } }, orderBy: order, take })).map(
        (row) => ({
          id: row.id,
          topics: [row.id],
          fields: { version: row.version, statement: row.statement, proposedBy: row.proposedById },
        }),
      ),
  },
  passkey: {
    entryKinds: ['passkey'],
    read: async (client, id, take) => {
      const rows = await client.passkey.findMany({ where: { id }, orderBy: order, take });
      // Asked apart: a person whose row is gone keeps nobody else's passkeys from being compared.
      const gone = await client.person.findMany({
        where: { id: { in: rows.map(({ personId }) => personId) }, state: 'left' },
        select: { id: true },
      });
      return rows.map((row) => ({
        id: row.id,
        topics: [row.personId],
        fields: {
          ...{ person: row.personId, publicKey: row.publicKey },
          usable: row.removedAt === null && !gone.some((person) => person.id === row.personId),
        },
      }));
    },
  },
  device: {
    entryKinds: ['device'],
    read: async (client, id, take) =>
      (await client.device.findMany({ where: { id }, orderBy: order, take })).map((row) => ({
        id: row.id,
        topics: [row.id],
        fields: { person: row.personId, state: row.state, jkt: row.jkt, publicJwk: row.publicJwk },
      })),
  },
  admin: {
    entryKinds: ['status-change'],
    read: async (client, id, take) => {
      const where = { id, roles: { has: 'admin' } };
      const rows = await client.person.findMany({ where, orderBy: order, take });
      const persons = rows.map((row) => row.id);
      const grants = await client.adminGrant.findMany({ where: { personId: { in: persons } } });
      return persons.map((person) => ({
        id: person,
        topics: grants.filter(({ personId }) => personId === person).map((grant) => grant.id),
        fields: { person },
      }));
    },
  },
  person: {
    entryKinds: ['status-change'],
    read: async (client, id, take) =>
      (await client.person.findMany({ where: { id }, orderBy: order, take })).map((row) => ({
        id: row.id,
        topics: [row.id],
        fields: { state: row.state, roles: row.roles.toSorted() },
      })),
  },
};

/** Rows of a kind in the order of their ids, after one. */
export async function pageReconciled(
  client: Client,
  kind: ReconciledKind,
  afterId: string,
  limit: number,
): Promise<readonly ReconciledRow[]> {
  return (await SOURCES[kind].read(client, { gt: afterId }, limit)).map((row) => ({ kind, ...row }));
}

/** One row as it is now; null when it is gone, or none of its kind any more. */
export async function readReconciled(
  client: Client,
  kind: ReconciledKind,
  id: string,
): Promise<ReconciledRow | null> {
  const [row] = await SOURCES[kind].read(client, { equals: id }, 1);
  return row === undefined ? null : { kind, ...row };
}

/** Every entry that says something about these rows of one kind, oldest first, erased ones too. */
export async function entriesOf(
  client: Client,
  kind: ReconciledKind,
  topics: readonly string[],
): Promise<readonly ReconciledEntry[]> {
  const rows = await client.ledgerEntry.findMany({
    where: { topic: { in: [...new Set(topics)] }, kind: { in: [...SOURCES[kind].entryKinds] } },
    orderBy: { id: 'asc' },
    select: { id: true, topic: true, payload: true, salt: true, commitment: true, leafIndex: true },
  });
  return rows.map((row) => ({ ...row, leafIndex: row.leafIndex === null ? null : Number(row.leafIndex) }));
}
