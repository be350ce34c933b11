import { signInCarrier, type SignInCarrier } from '@guise/protocol';
import type { Transaction } from '../database.js';
import { toPerson, type PersonRecord } from './persons.js';

export interface SignInRecord {
  readonly tokenHash: string;
  readonly id: string;
  readonly personId: string;
  readonly carrier: SignInCarrier;
  readonly client: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  /** The last time a passkey verified its user. */
  readonly verifiedAt: Date;
}

export async function insertSignIn(tx: Transaction, signIn: SignInRecord): Promise<void> {
  const { tokenHash, id, personId, carrier, client, createdAt, lastUsedAt, expiresAt, verifiedAt } = signIn;
  await tx.signIn.deleteMany({ where: { personId, expiresAt: { lte: createdAt } } });
  await tx.signIn.create({
    data: { tokenHash, id, personId, carrier, client, createdAt, lastUsedAt, expiresAt, verifiedAt },
  });
}

/** A sign-in of an active person; whether it has ended is the caller's to check. */
export async function findSignIn(
  tx: Transaction,
  tokenHash: string,
): Promise<{ readonly signIn: SignInRecord; readonly person: PersonRecord } | null> {
  const row = await tx.signIn.findFirst({
    where: { tokenHash, person: { state: 'active' } },
    include: { person: true },
  });
  return row === null ? null : { signIn: toSignIn(row), person: toPerson(row.person) };
}

/** The sign-ins of a person, newest first. */
export async function listSignIns(tx: Transaction, personId: string): Promise<readonly SignInRecord[]> {
  const rows = await tx.signIn.findMany({ where: { personId }, orderBy: { createdAt: 'desc' } });
  return rows.map(toSignIn);
}

export async function touchSignIn(tx: Transaction, tokenHash: string, now: Date): Promise<void> {
  await tx.signIn.updateMany({
    where: { tokenHash, lastUsedAt: { lt: now } },
    data: { lastUsedAt: now },
  });
}

/** Gives a sign-in a new token after its user was verified. @returns false when it has ended or was rotated meanwhile */
export async function rotateSignIn(
  tx: Transaction,
  tokenHash: string,
  next: { readonly tokenHash: string; readonly verifiedAt: Date },
): Promise<boolean> {
  const { count } = await tx.signIn.updateMany({
    where: { tokenHash },
    data: { tokenHash: next.tokenHash, verifiedAt: next.verifiedAt, lastUsedAt: next.verifiedAt },
  });
  return count === 1;
}

/** Ends every sign-in that fits. @returns how many */
export async function deleteSignIns(
  tx: Transaction,
  where:
    | { readonly tokenHash: string }
    | { readonly personId: string }
    | { readonly personId: string; readonly id: string },
): Promise<number> {
  const { count } = await tx.signIn.deleteMany({ where });
  return count;
}

function toSignIn(row: Omit<SignInRecord, 'carrier'> & { readonly carrier: string }): SignInRecord {
  const { tokenHash, id, personId, client, createdAt, lastUsedAt, expiresAt, verifiedAt } = row;
  const carrier = signInCarrier.parse(row.carrier);
  return { tokenHash, id, personId, carrier, client, createdAt, lastUsedAt, expiresAt, verifiedAt };
}
