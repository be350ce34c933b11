import type { Transaction } from '../database.js';

/** An address that a person named and that waits for the code mailed there. */
export interface AddressClaim {
  readonly email: string;
  readonly salt: Uint8Array;
  /** Of the code, over the salt. */
  readonly codeHash: Uint8Array;
  readonly expiresAt: Date;
}

/** Stores it in place of what the person claimed before. */
export async function storeAddressClaim(
  tx: Transaction,
  personId: string,
  { email, salt, codeHash, expiresAt }: AddressClaim,
): Promise<void> {
  const data = {
    ...{ email, expiresAt, attempts: 0 },
    ...{ salt: new Uint8Array(salt), codeHash: new Uint8Array(codeHash) },
  };
  await tx.noticeAddressClaim.upsert({
    where: { personId },
    create: { personId, ...data },
    update: data,
  });
}

/** @returns null when the person claims nothing, or it expired */
export function findAddressClaim(tx: Transaction, personId: string, now: Date): Promise<AddressClaim | null> {
  return tx.noticeAddressClaim.findFirst({ where: { personId, expiresAt: { gt: now } } });
}

/**
 * Counts a code before it is looked at, in one statement: of any number at once, no more than `most` are.
 * @returns the claim it is typed against; null when there is none, it expired, or it was tried as often already
 */
export async function countClaimAttempt(
  tx: Transaction,
  personId: string,
  now: Date,
  most: number,
): Promise<AddressClaim | null> {
  const rows = await tx.noticeAddressClaim.updateManyAndReturn({
    where: { personId, expiresAt: { gt: now }, attempts: { lt: most } },
    data: { attempts: { increment: 1 } },
  });
  return rows[0] ?? null;
}

/** Uses a claim up. @returns false when it was used or replaced meanwhile */
export async function takeAddressClaim(
  tx: Transaction,
  personId: string,
  { codeHash }: Pick<AddressClaim, 'codeHash'>,
): Promise<boolean> {
  const where = { personId, codeHash: new Uint8Array(codeHash) };
  return (await tx.noticeAddressClaim.deleteMany({ where })).count === 1;
}

export async function removeAddressClaim(tx: Transaction, personId: string): Promise<void> {
  await tx.noticeAddressClaim.deleteMany({ where: { personId } });
}
