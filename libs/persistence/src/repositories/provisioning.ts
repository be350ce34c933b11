import { role, type Role } from '@guise/protocol';
import { z } from 'zod';
import type { Transaction } from '../database.js';
import { lockPerson, personState, type PersonState } from './persons.js';

export interface ProvisioningClientRecord {
  readonly id: string;
  readonly name: string;
  readonly state: 'active' | 'revoked';
  readonly linksSubjects: boolean;
  readonly createdById: string;
  readonly createdAt: Date;
  readonly rotatedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

const clientState = z.enum(['active', 'revoked']);
type ClientRow = Omit<ProvisioningClientRecord, 'state'> & { readonly state: string };

export async function insertProvisioningClient(
  tx: Transaction,
  client: Pick<ProvisioningClientRecord, 'id' | 'name' | 'linksSubjects' | 'createdById' | 'createdAt'> & {
    readonly tokenHash: string;
  },
): Promise<void> {
  const { id, name, linksSubjects, createdById, createdAt, tokenHash } = client;
  await tx.provisioningClient.create({
    data: { id, name, linksSubjects, createdById, createdAt, tokenHash },
  });
}

/** At most `limit`, newest first. */
export async function listProvisioningClients(
  tx: Transaction,
  limit: number,
): Promise<readonly ProvisioningClientRecord[]> {
  const rows = await tx.provisioningClient.findMany({ orderBy: { createdAt: 'desc' }, take: limit });
  return rows.map(toClient);
}

/** The active client of a token; null for one that was revoked or rotated. */
export async function findProvisioningClient(
  tx: Transaction,
  tokenHash: string,
): Promise<ProvisioningClientRecord | null> {
  const row = await tx.provisioningClient.findFirst({ where: { tokenHash, state: 'active' } });
  return row === null ? null : toClient(row);
}

/** @returns false when there is no active client of this id */
export async function rotateProvisioningClient(
  tx: Transaction,
  id: string,
  next: { readonly tokenHash: string; readonly rotatedAt: Date },
): Promise<boolean> {
  const { tokenHash, rotatedAt } = next;
  const { count } = await tx.provisioningClient.updateMany({
    where: { id, state: 'active' },
    data: { tokenHash, rotatedAt },
  });
  return count === 1;
}

/** @returns false when there is no active client of this id */
export async function revokeProvisioningClient(tx: Transaction, id: string, now: Date): Promise<boolean> {
  const { count } = await tx.provisioningClient.updateMany({
    where: { id, state: 'active' },
    data: { state: 'revoked', tokenHash: null, revokedAt: now },
  });
  return count === 1;
}

/** Notes a use, at most once in `everyMs`. */
export async function touchProvisioningClient(
  tx: Transaction,
  id: string,
  now: Date,
  everyMs: number,
): Promise<void> {
  await tx.provisioningClient.updateMany({
    where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: new Date(now.getTime() - everyMs) } }] },
    data: { lastUsedAt: now },
  });
}

/** A person as their provisioning client sees them. */
export interface ProvisionedUserRecord {
  readonly personId: string;
  readonly userName: string;
  readonly externalId: string | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly changedAt: Date;
  readonly displayName: string;
  readonly roles: readonly Role[];
  readonly state: PersonState;
}

/** What of it its client decides. */
export type ProvisionedNames = Pick<ProvisionedUserRecord, 'personId' | 'userName' | 'externalId'>;

/** Fails with a unique violation when another user has the name. */
export async function insertProvisionedUser(
  tx: Transaction,
  user: ProvisionedNames,
  now: Date,
): Promise<void> {
  const { personId, userName, externalId } = user;
  const userKey = userKeyOf(userName);
  await tx.provisionedUser.create({
    data: { personId, userName, userKey, externalId, createdAt: now, changedAt: now },
  });
}

/**
 * Stores a changed user under its next version. Lock it first.
 * Fails with a unique violation when another user has the name.
 */
export async function updateProvisionedUser(
  tx: Transaction,
  user: ProvisionedNames & { readonly displayName: string },
  now: Date,
): Promise<void> {
  const { personId, userName, externalId, displayName } = user;
  await tx.person.update({ where: { id: personId }, data: { displayName } });
  await tx.provisionedUser.update({
    where: { personId },
    data: { userName, userKey: userKeyOf(userName), externalId, version: { increment: 1 }, changedAt: now },
  });
}

export async function deleteProvisionedUser(tx: Transaction, personId: string): Promise<void> {
  await tx.provisionedUser.deleteMany({ where: { personId } });
}

/** Which users: by one attribute, or all. */
export type ProvisionedUserFilter =
  { readonly userName: string } | { readonly externalId: string } | { readonly id: string } | null;

export async function findProvisionedUser(
  tx: Transaction,
  personId: string,
): Promise<ProvisionedUserRecord | null> {
  const [user] = (await pageProvisionedUsers(tx, { id: personId }, { skip: 0, take: 1 })).users;
  return user ?? null;
}

/** Reads a user, and keeps it and its person from changing until the transaction ends. */
export async function lockProvisionedUser(
  tx: Transaction,
  personId: string,
): Promise<ProvisionedUserRecord | null> {
  await lockPerson(tx, personId);
  return findProvisionedUser(tx, personId);
}

/** A page of users in the order of their ids, and how many there are in all. */
export async function pageProvisionedUsers(
  tx: Transaction,
  filter: ProvisionedUserFilter,
  { skip, take }: { readonly skip: number; readonly take: number },
): Promise<{ readonly total: number; readonly users: readonly ProvisionedUserRecord[] }> {
  const where = whereOf(filter);
  const total = await tx.provisionedUser.count({ where });
  const rows = await tx.provisionedUser.findMany({ where, orderBy: { personId: 'asc' }, skip, take });
  const persons = await tx.person.findMany({ where: { id: { in: rows.map((row) => row.personId) } } });
  const byId = new Map(persons.map((person) => [person.id, person]));
  return {
    total,
    users: rows.flatMap((row) => {
      const person = byId.get(row.personId);
      if (person === undefined) return [];
      const { personId, userName, externalId, version, createdAt, changedAt } = row;
      return [
        {
          ...{ personId, userName, externalId, version, createdAt, changedAt },
          displayName: person.displayName,
          roles: z.array(role).parse(person.roles),
          state: personState.parse(person.state),
        },
      ];
    }),
  };
}

function whereOf(filter: ProvisionedUserFilter) {
  if (filter === null) return {};
  if ('userName' in filter) return { userKey: userKeyOf(filter.userName) };
  return 'externalId' in filter ? { externalId: filter.externalId } : { personId: filter.id };
}

/** RFC 7643 §4.1.1 compares names without case. */
export const userKeyOf = (userName: string): string => userName.toLowerCase();

function toClient(row: ClientRow): ProvisioningClientRecord {
  const { id, name, linksSubjects, createdById, createdAt, rotatedAt, revokedAt, lastUsedAt } = row;
  const state = clientState.parse(row.state);
  return { id, name, state, linksSubjects, createdById, createdAt, rotatedAt, revokedAt, lastUsedAt };
}
