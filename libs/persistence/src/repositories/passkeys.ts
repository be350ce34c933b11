import type { Transaction } from '../database.js';

export interface PasskeyRecord {
  readonly id: string;
  readonly personId: string;
  readonly publicKey: Uint8Array;
  readonly counter: number;
  readonly transports: readonly string[];
}

interface PasskeyRow {
  readonly id: string;
  readonly personId: string;
  readonly publicKey: Uint8Array;
  readonly counter: bigint;
  readonly transports: readonly string[];
}

function toPasskey({ id, personId, publicKey, counter, transports }: PasskeyRow): PasskeyRecord {
  return { id, personId, publicKey, counter: Number(counter), transports };
}

export interface NewPasskey extends PasskeyRecord {
  /** Its short id. */
  readonly handle: string;
  readonly name: string;
  readonly backedUp: boolean;
  readonly createdAt: Date;
}

export async function insertPasskey(tx: Transaction, passkey: NewPasskey): Promise<void> {
  const { id, handle, personId, name, publicKey, counter, transports, backedUp, createdAt } = passkey;
  await tx.passkey.create({
    data: {
      id,
      handle,
      personId,
      name,
      publicKey: new Uint8Array(publicKey),
      counter: BigInt(counter),
      transports: [...transports],
      backedUp,
      createdAt,
      lastUsedAt: createdAt,
    },
  });
}

/** What makes a passkey usable: not copied, not removed, its person active. */
const USABLE = { clonedAt: null, removedAt: null, person: { state: 'active' } } as const;

/** A passkey that may be used. */
export async function findUsablePasskey(tx: Transaction, id: string): Promise<PasskeyRecord | null> {
  const row = await tx.passkey.findFirst({ where: { id, ...USABLE } });
  return row === null ? null : toPasskey(row);
}

export async function listUsablePasskeys(
  tx: Transaction,
  personId: string,
): Promise<readonly PasskeyRecord[]> {
  const rows = await tx.passkey.findMany({ where: { personId, ...USABLE } });
  return rows.map(toPasskey);
}

export function countPasskeys(tx: Transaction): Promise<number> {
  return tx.passkey.count();
}

/** How many a person ever had, removed and locked ones too. */
export function countPasskeysOf(tx: Transaction, personId: string): Promise<number> {
  return tx.passkey.count({ where: { personId } });
}

export async function lockClonedPasskey(tx: Transaction, id: string, now: Date): Promise<void> {
  await tx.passkey.updateMany({ where: { id, clonedAt: null }, data: { clonedAt: now } });
}

/** A passkey as its owner sees it. */
export interface OwnPasskey {
  readonly handle: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly backedUp: boolean;
  readonly locked: boolean;
}

/** The passkeys that a person has not removed, oldest first. */
export async function listOwnPasskeys(tx: Transaction, personId: string): Promise<readonly OwnPasskey[]> {
  const rows = await tx.passkey.findMany({
    where: { personId, removedAt: null },
    orderBy: [{ createdAt: 'asc' }, { handle: 'asc' }],
  });
  return rows.map(({ handle, name, createdAt, lastUsedAt, backedUp, clonedAt }) => ({
    handle,
    name,
    createdAt,
    lastUsedAt,
    backedUp,
    locked: clonedAt !== null,
  }));
}

/** @returns false when the person has no such passkey */
export async function renamePasskey(
  tx: Transaction,
  where: { readonly personId: string; readonly handle: string },
  name: string,
): Promise<boolean> {
  const { count } = await tx.passkey.updateMany({ where: { ...where, removedAt: null }, data: { name } });
  return count === 1;
}

/** Keeps the person's passkeys from being added or removed elsewhere until the transaction ends. */
export async function lockPasskeys(tx: Transaction, personId: string): Promise<void> {
  await tx.$queryRaw`SELECT "id" FROM "Person" WHERE "id" = ${personId} FOR NO KEY UPDATE`;
}

/**
 * Ends a passkey for good. Call {@link lockPasskeys} first.
 * @returns it, or null when the person has none with this handle
 */
export async function removePasskey(
  tx: Transaction,
  where: { readonly personId: string; readonly handle: string },
  now: Date,
): Promise<PasskeyRecord | null> {
  const row = await tx.passkey.findFirst({ where: { ...where, removedAt: null } });
  if (row === null) return null;
  await tx.passkey.update({ where: { id: row.id }, data: { removedAt: now } });
  return toPasskey(row);
}
