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

export async function insertPasskey(
  tx: Transaction,
  passkey: PasskeyRecord & { readonly backedUp: boolean; readonly createdAt: Date },
): Promise<void> {
  const { id, personId, publicKey, counter, transports, backedUp, createdAt } = passkey;
  await tx.passkey.create({
    data: {
      id,
      personId,
      publicKey: new Uint8Array(publicKey),
      counter: BigInt(counter),
      transports: [...transports],
      backedUp,
      createdAt,
      lastUsedAt: createdAt,
    },
  });
}

/** A passkey that may be used: not copied, its person active. */
export async function findUsablePasskey(tx: Transaction, id: string): Promise<PasskeyRecord | null> {
  const row = await tx.passkey.findFirst({ where: { id, clonedAt: null, person: { state: 'active' } } });
  return row === null ? null : toPasskey(row);
}

export async function listUsablePasskeys(
  tx: Transaction,
  personId: string,
): Promise<readonly PasskeyRecord[]> {
  const rows = await tx.passkey.findMany({
    where: { personId, clonedAt: null, person: { state: 'active' } },
  });
  return rows.map(toPasskey);
}

export function countPasskeys(tx: Transaction): Promise<number> {
  return tx.passkey.count();
}

/**
 * Moves the counter forwards in one step, so that of two uses of the same count only one passes.
 * @returns false when the counter would stand still or go back
 */
export async function advancePasskey(
  tx: Transaction,
  id: string,
  counter: number,
  now: Date,
): Promise<boolean> {
  const next = BigInt(counter);
  const { count } = await tx.passkey.updateMany({
    where: { id, clonedAt: null, counter: next === 0n ? 0n : { lt: next } },
    data: { counter: next, lastUsedAt: now },
  });
  return count === 1;
}

export async function lockClonedPasskey(tx: Transaction, id: string, now: Date): Promise<void> {
  await tx.passkey.updateMany({ where: { id, clonedAt: null }, data: { clonedAt: now } });
}
