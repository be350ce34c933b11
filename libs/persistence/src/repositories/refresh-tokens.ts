import type { Transaction } from '../database.js';

export interface RefreshTokenRecord {
  readonly tokenHash: string;
  readonly deviceId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

export async function insertRefreshToken(
  tx: Transaction,
  token: Omit<RefreshTokenRecord, 'usedAt'>,
): Promise<void> {
  const { tokenHash, deviceId, createdAt, expiresAt } = token;
  await tx.refreshToken.deleteMany({ where: { deviceId, expiresAt: { lte: createdAt } } });
  await tx.refreshToken.create({ data: { tokenHash, deviceId, createdAt, expiresAt } });
}

export async function findRefreshToken(
  tx: Transaction,
  tokenHash: string,
): Promise<RefreshTokenRecord | null> {
  return tx.refreshToken.findUnique({ where: { tokenHash } });
}

/** Uses a refresh token up. @returns false when it was used before, concurrently too */
export async function useRefreshToken(tx: Transaction, tokenHash: string, now: Date): Promise<boolean> {
  const { count } = await tx.refreshToken.updateMany({
    where: { tokenHash, usedAt: null },
    data: { usedAt: now },
  });
  return count === 1;
}
