import type { Transaction } from '../database.js';
import { toPerson, type PersonRecord } from './persons.js';

export async function insertSignIn(
  tx: Transaction,
  signIn: {
    readonly tokenHash: string;
    readonly personId: string;
    readonly createdAt: Date;
    readonly expiresAt: Date;
  },
): Promise<void> {
  const { tokenHash, personId, createdAt, expiresAt } = signIn;
  await tx.signIn.deleteMany({ where: { personId, expiresAt: { lte: createdAt } } });
  await tx.signIn.create({ data: { tokenHash, personId, createdAt, expiresAt, verifiedAt: createdAt } });
}

/** The person behind a sign-in that has not ended. */
export async function findSignedIn(
  tx: Transaction,
  tokenHash: string,
  now: Date,
): Promise<PersonRecord | null> {
  const row = await tx.signIn.findFirst({
    where: { tokenHash, expiresAt: { gt: now }, person: { state: 'active' } },
    include: { person: true },
  });
  return row === null ? null : toPerson(row.person);
}

export async function deleteSignIn(tx: Transaction, tokenHash: string): Promise<void> {
  await tx.signIn.deleteMany({ where: { tokenHash } });
}
