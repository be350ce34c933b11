import {
  adminGrantKind,
  adminGrantState,
  role,
  type AdminGrantKind,
  type AdminGrantState,
  type Role,
} from '@guise/protocol';
import { z } from 'zod';
import type { Transaction } from '../database.js';
import { listRoleHolders, lockAdmins } from './persons.js';

/** A grant of the role admin. Times are Unix seconds. */
export interface AdminGrantRecord {
  readonly id: string;
  readonly person: string;
  readonly kind: AdminGrantKind;
  readonly state: AdminGrantState;
  /** What the person's roles become, `admin` among them. */
  readonly roles: readonly Role[];
  /** Null for the first admin, whom the operator lets in. */
  readonly requestedBy: string | null;
  readonly requestedAt: number;
  readonly expiresAt: number;
  readonly decidedBy: string | null;
}

type Beginning = Pick<
  AdminGrantRecord,
  'id' | 'person' | 'roles' | 'requestedBy' | 'requestedAt' | 'expiresAt'
>;

/**
 * One of the first two admins of an authority.
 * @returns false when there were two already; then nothing is stored
 */
export async function insertBootstrapGrant(tx: Transaction, grant: Beginning): Promise<boolean> {
  await tx.$executeRaw`LOCK TABLE "AdminGrant" IN SHARE ROW EXCLUSIVE MODE`;
  const slot = (await tx.adminGrant.count({ where: { kind: 'bootstrap' } })) + 1;
  if (slot > 2) return false;
  await tx.adminGrant.create({ data: { ...toColumns(grant), kind: 'bootstrap', slot, state: 'approved' } });
  return true;
}

/**
 * Lets the operator make somebody admin, when at most one is left: two could do it themselves.
 * @returns false when there are two; then nothing is stored
 */
export async function insertOperatorGrant(tx: Transaction, grant: Beginning): Promise<boolean> {
  await lockAdmins(tx);
  if ((await listRoleHolders(tx, ['admin'], 2)).length > 1) return false;
  await tx.adminGrant.create({ data: { ...toColumns(grant), kind: 'operator', state: 'approved' } });
  return true;
}

/**
 * Stores what one admin asks for, in place of a request that ended by time.
 * @throws the unique violation when one is open
 */
export async function insertAdminGrant(tx: Transaction, grant: Beginning): Promise<void> {
  const { person, requestedAt } = grant;
  await tx.adminGrant.updateMany({
    where: { openFor: person, expiresAt: { lte: toDate(requestedAt) } },
    data: { state: 'cancelled', openFor: null },
  });
  await tx.adminGrant.create({ data: { ...toColumns(grant), kind: 'two-admins', openFor: person } });
}

/** Reads a grant and keeps it from changing until the transaction ends. */
export async function lockAdminGrant(tx: Transaction, id: string): Promise<AdminGrantRecord | null> {
  await tx.$queryRaw`SELECT "id" FROM "AdminGrant" WHERE "id" = ${id} FOR UPDATE`;
  const row = await tx.adminGrant.findUnique({ where: { id } });
  return row === null ? null : toGrant(row);
}

export async function decideAdminGrant(
  tx: Transaction,
  id: string,
  decision: { readonly state: 'approved' | 'cancelled'; readonly by: string; readonly at: number },
): Promise<void> {
  const { state, by, at } = decision;
  const data = { state, openFor: null, decidedById: by, decidedAt: toDate(at) };
  await tx.adminGrant.update({ where: { id }, data });
}

/** Whether it waits for an approval that this person becomes admin. */
export async function hasOpenAdminGrant(tx: Transaction, personId: string): Promise<boolean> {
  return (await tx.adminGrant.count({ where: { openFor: personId } })) > 0;
}

/** The newest grants first. */
export async function listAdminGrants(tx: Transaction, limit: number): Promise<readonly AdminGrantRecord[]> {
  const rows = await tx.adminGrant.findMany({
    orderBy: [{ requestedAt: 'desc' }, { id: 'asc' }],
    take: limit,
  });
  return rows.map(toGrant);
}

const grantRoles = z.array(role);

function toColumns({ id, person, roles, requestedBy, requestedAt, expiresAt }: Beginning) {
  const times = { requestedAt: toDate(requestedAt), expiresAt: toDate(expiresAt) };
  return { id, personId: person, roles: [...roles], requestedById: requestedBy, ...times };
}

function toGrant(row: {
  readonly id: string;
  readonly personId: string;
  readonly kind: string;
  readonly state: string;
  readonly roles: readonly string[];
  readonly requestedById: string | null;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
  readonly decidedById: string | null;
}): AdminGrantRecord {
  return {
    id: row.id,
    person: row.personId,
    kind: adminGrantKind.parse(row.kind),
    state: adminGrantState.parse(row.state),
    roles: grantRoles.parse(row.roles),
    requestedBy: row.requestedById,
    requestedAt: toSeconds(row.requestedAt),
    expiresAt: toSeconds(row.expiresAt),
    decidedBy: row.decidedById,
  };
}

const toDate = (seconds: number): Date => new Date(seconds * 1000);
const toSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);
