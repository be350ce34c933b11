import { role, type Role } from '@guise/protocol';
import { z } from 'zod';
import type { Transaction } from '../database.js';

/** `suspended` persons may come back; who left does not. */
export const personState = z.enum(['active', 'suspended', 'left']);
export type PersonState = z.infer<typeof personState>;

export interface PersonRecord {
  readonly id: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
  readonly state: PersonState;
}

const roles = z.array(role);

interface PersonRow {
  readonly id: string;
  readonly displayName: string;
  readonly roles: readonly string[];
  readonly state: string;
}

export function toPerson(row: PersonRow): PersonRecord {
  return {
    id: row.id,
    displayName: row.displayName,
    roles: roles.parse(row.roles),
    state: personState.parse(row.state),
  };
}

export async function insertPerson(
  tx: Transaction,
  person: Omit<PersonRecord, 'state'> & { readonly createdAt: Date },
): Promise<void> {
  const { id, displayName, createdAt } = person;
  await tx.person.create({ data: { id, displayName, roles: [...person.roles], createdAt } });
}

/** An active person; null when unknown, suspended or gone. */
export async function findPerson(tx: Transaction, id: string): Promise<PersonRecord | null> {
  const row = await tx.person.findFirst({ where: { id, state: 'active' } });
  return row === null ? null : toPerson(row);
}

/** The persons of these ids, those who left among them, in any order. */
export async function findPersons(tx: Transaction, ids: readonly string[]): Promise<readonly PersonRecord[]> {
  const rows = await tx.person.findMany({ where: { id: { in: [...new Set(ids)] } } });
  return rows.map(toPerson);
}

/** How many of these ids are active persons. */
export function countPersons(tx: Transaction, ids: readonly string[]): Promise<number> {
  return tx.person.count({ where: { id: { in: [...ids] }, state: 'active' } });
}

/** Persons after `after` in the order of their ids. */
export async function listPersons(
  tx: Transaction,
  after: string | null,
  limit: number,
): Promise<readonly PersonRecord[]> {
  const rows = await tx.person.findMany({
    where: after === null ? {} : { id: { gt: after } },
    orderBy: { id: 'asc' },
    take: limit,
  });
  return rows.map(toPerson);
}

/** Ids of the active persons who hold any of these roles, at most `limit`. */
export async function listRoleHolders(
  tx: Transaction,
  held: readonly Role[],
  limit: number,
): Promise<readonly string[]> {
  const rows = await tx.person.findMany({
    where: { state: 'active', roles: { hasSome: [...held] } },
    orderBy: { id: 'asc' },
    take: limit,
    select: { id: true },
  });
  return rows.map((row) => row.id);
}

/** Lets one admin at a time stop being one, so that two cannot each rely on the other. Held until the transaction ends. */
export async function lockAdmins(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(7310579605)`;
}

/** Reads persons, whatever their state, and keeps them from changing until the transaction ends. */
export async function lockPersons(tx: Transaction, ids: readonly string[]): Promise<readonly PersonRecord[]> {
  await tx.$queryRaw`SELECT "id" FROM "Person" WHERE "id" = ANY(${ids}) ORDER BY "id" FOR NO KEY UPDATE`;
  return findPersons(tx, ids);
}

/** @returns false when the person is unknown or gone */
export async function replaceRoles(tx: Transaction, id: string, next: readonly Role[]): Promise<boolean> {
  const { count } = await tx.person.updateMany({
    where: { id, state: 'active' },
    data: { roles: [...next] },
  });
  return count === 1;
}

/** Suspends a person, lets them back in, or notes that they left. @returns false when they are in that state, or gone */
export async function setPersonState(tx: Transaction, id: string, next: PersonState): Promise<boolean> {
  const { count } = await tx.person.updateMany({
    where: { id, state: { notIn: [next, 'left'] } },
    data: { state: next },
  });
  return count === 1;
}

/**
 * Keeps a person from changing until the transaction ends, in the order in which a wearing locks what it rests on: devices
 * first. Lock avatars after it.
 */
export async function lockPerson(tx: Transaction, id: string): Promise<void> {
  await tx.$queryRaw`SELECT "id" FROM "Device" WHERE "personId" = ${id} ORDER BY "id" FOR NO KEY UPDATE`;
  await tx.$queryRaw`SELECT "id" FROM "Person" WHERE "id" = ${id} FOR NO KEY UPDATE`;
}
