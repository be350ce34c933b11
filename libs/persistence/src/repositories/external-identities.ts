import type { Transaction } from '../database.js';

/** How an identity at the provider became a person's: see prisma/schema/provisioning.prisma. */
export type IdentityOrigin = 'link' | 'provider' | 'scim';

/** Who somebody is at an OpenID provider. */
export interface ExternalIdentity {
  readonly issuer: string;
  readonly subject: string;
}

/** @returns the id of the person, whatever their state; null when nobody has this identity */
export async function findIdentityPerson(
  tx: Transaction,
  identity: ExternalIdentity,
): Promise<string | null> {
  const { issuer, subject } = identity;
  const row = await tx.externalIdentity.findUnique({ where: { issuer_subject: { issuer, subject } } });
  return row?.personId ?? null;
}

/** Whether a person has any identity at a provider. */
export async function hasIdentity(tx: Transaction, personId: string): Promise<boolean> {
  return (await tx.externalIdentity.count({ where: { personId } })) > 0;
}

/** Fails with a unique violation when somebody has it already. */
export async function insertIdentity(
  tx: Transaction,
  identity: ExternalIdentity & {
    readonly personId: string;
    readonly origin: IdentityOrigin;
    readonly createdAt: Date;
  },
): Promise<void> {
  const { issuer, subject, personId, origin, createdAt } = identity;
  await tx.externalIdentity.create({ data: { issuer, subject, personId, origin, createdAt } });
}

/** Gives an identity of somebody who left to the person they came back as; the database refuses it of anybody else. */
export async function moveIdentity(
  tx: Transaction,
  identity: ExternalIdentity,
  personId: string,
): Promise<void> {
  const { issuer, subject } = identity;
  await tx.externalIdentity.update({ where: { issuer_subject: { issuer, subject } }, data: { personId } });
}

export async function touchIdentity(tx: Transaction, identity: ExternalIdentity, now: Date): Promise<void> {
  const { issuer, subject } = identity;
  await tx.externalIdentity.update({
    where: { issuer_subject: { issuer, subject } },
    data: { lastUsedAt: now },
  });
}
