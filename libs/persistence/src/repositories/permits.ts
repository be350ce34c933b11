import type { Transaction } from '../database.js';

/** An issued permit. Times are Unix seconds. */
export interface PermitRecord {
  readonly id: string;
  readonly sessionId: string;
  readonly sha256: string;
  readonly jws: string;
  readonly notBefore: number;
  readonly expires: number;
  readonly statusIndex: number;
}

/** Draws the next index of the status list. Indexes of rolled-back permits stay unused. */
export async function drawStatusIndex(tx: Transaction): Promise<number> {
  const [row] = await tx.$queryRaw<{ index: bigint }[]>`
    SELECT nextval(pg_get_serial_sequence('"Permit"', 'statusIndex')) AS index`;
  if (row === undefined) throw new Error('the status index sequence gave nothing');
  return Number(row.index);
}

export async function insertPermit(tx: Transaction, permit: PermitRecord): Promise<void> {
  const { notBefore, expires, ...fields } = permit;
  await tx.permit.create({
    data: { ...fields, notBefore: new Date(notBefore * 1000), expires: new Date(expires * 1000) },
  });
}

/** Permits of a session, oldest first. */
export async function listPermits(tx: Transaction, sessionId: string): Promise<readonly PermitRecord[]> {
  const rows = await tx.permit.findMany({ where: { sessionId }, orderBy: { statusIndex: 'asc' } });
  return rows.map(({ notBefore, expires, ...fields }) => ({
    ...fields,
    notBefore: Math.floor(notBefore.getTime() / 1000),
    expires: Math.floor(expires.getTime() / 1000),
  }));
}
