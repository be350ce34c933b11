import type { Transaction } from '../database.js';

/** An issued permit. Times are Unix seconds. */
export interface PermitRecord {
  readonly id: string;
  readonly sessionId: string;
  readonly sha256: string;
  readonly jws: string;
  readonly notBefore: number;
  readonly expires: number;
  readonly statusListId: string;
  readonly statusIndex: number;
}

export async function insertPermit(tx: Transaction, permit: PermitRecord): Promise<void> {
  const { notBefore, expires, ...fields } = permit;
  await tx.permit.create({
    data: { ...fields, notBefore: new Date(notBefore * 1000), expires: new Date(expires * 1000) },
  });
}

/** Permits of a session, oldest first. */
export async function listPermits(tx: Transaction, sessionId: string): Promise<readonly PermitRecord[]> {
  const rows = await tx.permit.findMany({
    where: { sessionId },
    orderBy: [{ notBefore: 'asc' }, { id: 'asc' }],
  });
  return rows.map(({ notBefore, expires, ...fields }) => ({
    ...fields,
    notBefore: Math.floor(notBefore.getTime() / 1000),
    expires: Math.floor(expires.getTime() / 1000),
  }));
}
