import type { Transaction } from '../database.js';
import { userKeyOf } from './provisioning.js';

/** By which name a directory will provision a person who is here already. */
export interface ExpectedUserRecord {
  readonly personId: string;
  readonly userName: string;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
}

/** Stores it in place of what was expected of this person before. Fails with a unique violation when another has the name. */
export async function expectUser(tx: Transaction, expected: ExpectedUserRecord): Promise<void> {
  const { personId, userName, requestedBy, requestedAt, expiresAt } = expected;
  await tx.expectedUser.deleteMany({ where: { OR: [{ personId }, { expiresAt: { lte: requestedAt } }] } });
  const userKey = userKeyOf(userName);
  await tx.expectedUser.create({
    data: { personId, userKey, requestedById: requestedBy, requestedAt, expiresAt },
  });
}

/** Uses it up. @returns the person, or null when nobody is expected by this name */
export async function takeExpectedUser(tx: Transaction, userName: string, now: Date): Promise<string | null> {
  const where = { userKey: userKeyOf(userName), expiresAt: { gt: now } };
  const row = await tx.expectedUser.findFirst({ where });
  if (row === null) return null;
  const { count } = await tx.expectedUser.deleteMany({ where: { personId: row.personId } });
  return count === 1 ? row.personId : null;
}

/** Whether a directory provisioned somebody by one of these names, or this external id: whatever their state. */
export async function isProvisionedName(
  tx: Transaction,
  names: { readonly userNames: readonly string[]; readonly externalId: string },
): Promise<boolean> {
  const { userNames, externalId } = names;
  const where = { OR: [{ userKey: { in: userNames.map(userKeyOf) } }, { externalId }] };
  return (await tx.provisionedUser.count({ where })) > 0;
}

export async function insertDepartedNames(
  tx: Transaction,
  hashes: readonly string[],
  leftAt: Date,
): Promise<void> {
  const data = hashes.map((nameHash) => ({ nameHash, leftAt }));
  await tx.departedName.createMany({ data, skipDuplicates: true });
}

export async function deleteDepartedNames(tx: Transaction, hashes: readonly string[]): Promise<void> {
  await tx.departedName.deleteMany({ where: { nameHash: { in: [...hashes] } } });
}

export async function hasDepartedName(tx: Transaction, hashes: readonly string[]): Promise<boolean> {
  return (await tx.departedName.count({ where: { nameHash: { in: [...hashes] } } })) > 0;
}
