import { commitEntry, encodePayload, type LedgerPayload } from '@guise/ledger';
import type { Client, Transaction } from './database.js';

/** An entry as stored. `leafIndex` is null until the sequencer placed it. */
export interface StoredEntry {
  readonly id: bigint;
  readonly payload: Uint8Array;
  readonly salt: Uint8Array;
  readonly leafIndex: number | null;
}

/** An entry ready to be staged: what its commitment is over, and what it is found by. */
export interface SealedEntry {
  readonly kind: LedgerPayload['kind'];
  readonly topic: string;
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly commitment: Uint8Array<ArrayBuffer>;
  readonly stagedAt: Date;
}

/**
 * Encodes an entry and commits to it.
 * @param salt 32 random bytes for this entry alone
 * @throws LedgerError when the payload is not of its kind's form
 */
export function sealLedgerEntry(payload: LedgerPayload, salt: Uint8Array, stagedAt: Date): SealedEntry {
  const bytes = encodePayload(payload);
  return {
    kind: payload.kind,
    topic: topicOf(payload),
    payload: new Uint8Array(bytes),
    salt: new Uint8Array(salt),
    commitment: new Uint8Array(commitEntry(bytes, salt)),
    stagedAt,
  };
}

/**
 * Stages an entry in the transaction of the change it records.
 * @param salt 32 random bytes for this entry alone
 * @returns the entry's staging number
 * @throws LedgerError when the payload is not of its kind's form
 */
export async function stageLedgerEntry(
  tx: Transaction,
  payload: LedgerPayload,
  salt: Uint8Array,
  stagedAt: Date,
): Promise<bigint> {
  const entry = await tx.ledgerEntry.create({
    data: sealLedgerEntry(payload, salt, stagedAt),
    select: { id: true },
  });
  return entry.id;
}

/** Entries about one thing (see {@link topicOf}), oldest first; erased ones are left out. */
export async function readEntriesAbout(
  client: Client | Transaction,
  topics: readonly string[],
  kinds?: readonly LedgerPayload['kind'][],
): Promise<StoredEntry[]> {
  const rows = await client.ledgerEntry.findMany({
    where: { topic: { in: [...topics] }, ...(kinds === undefined ? {} : { kind: { in: [...kinds] } }) },
    orderBy: { id: 'asc' },
    select: { id: true, payload: true, salt: true, leafIndex: true },
  });
  return rows.flatMap(toStoredEntry);
}

function toStoredEntry(row: {
  id: bigint;
  payload: Uint8Array | null;
  salt: Uint8Array | null;
  leafIndex: bigint | null;
}): StoredEntry[] {
  const { id, payload, salt, leafIndex } = row;
  if (payload === null || salt === null) return [];
  return [{ id, payload, salt, leafIndex: leafIndex === null ? null : Number(leafIndex) }];
}

/** The id under which an entry is found again. */
function topicOf(payload: LedgerPayload): string {
  switch (payload.kind) {
    case 'passkey':
    case 'recovery':
    case 'enrolment':
    case 'erasure':
      return payload.person;
    case 'consent-given':
    case 'consent-withdrawn':
      return payload.consent;
    case 'approval':
      return payload.approval;
    case 'policy':
      return payload.policy;
    case 'avatar-state':
      return payload.avatar;
    case 'device':
      return payload.device;
    case 'permit':
    case 'session-opened':
    case 'session-closed':
    case 'evidence':
    case 'key-disclosure':
      return payload.session;
    case 'status-change':
      return payload.subject;
    case 'verification':
      return payload.verification;
    case 'retention':
      return 'retention';
    case 'entries-erased':
      return 'entries-erased';
    case 'key-rotation':
      return 'signing-keys';
  }
}
