import { p256Jwk, type P256Jwk } from '@guise/protocol';
import { z } from 'zod';
import type { Transaction } from '../database.js';

/** RFC 8628 device authorization in progress. */
export interface PairingRecord {
  readonly deviceCodeHash: string;
  readonly userCode: string;
  readonly deviceName: string;
  readonly jkt: string;
  readonly publicJwk: P256Jwk;
  readonly state: 'pending' | 'approved' | 'consumed';
  readonly deviceId: string | null;
  readonly intervalSeconds: number;
  readonly lastPolledAt: Date | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

const state = z.enum(['pending', 'approved', 'consumed']);

export async function insertPairing(
  tx: Transaction,
  pairing: Omit<PairingRecord, 'state' | 'deviceId' | 'lastPolledAt'>,
): Promise<void> {
  await tx.deviceAuthorization.deleteMany({ where: { expiresAt: { lte: pairing.createdAt } } });
  const { deviceCodeHash, userCode, deviceName, jkt, publicJwk, intervalSeconds, createdAt, expiresAt } =
    pairing;
  await tx.deviceAuthorization.create({
    data: {
      deviceCodeHash,
      userCode,
      deviceName,
      jkt,
      publicJwk: { kty: publicJwk.kty, crv: publicJwk.crv, x: publicJwk.x, y: publicJwk.y },
      intervalSeconds,
      createdAt,
      expiresAt,
    },
  });
}

export async function findPairing(
  tx: Transaction,
  where: { readonly deviceCodeHash: string } | { readonly userCode: string },
): Promise<PairingRecord | null> {
  const row = await tx.deviceAuthorization.findUnique({ where });
  if (row === null) return null;
  return { ...row, publicJwk: p256Jwk.parse(row.publicJwk), state: state.parse(row.state) };
}

export async function notePoll(
  tx: Transaction,
  deviceCodeHash: string,
  at: Date,
  intervalSeconds: number,
): Promise<void> {
  await tx.deviceAuthorization.update({
    where: { deviceCodeHash },
    data: { lastPolledAt: at, intervalSeconds },
  });
}

/** Moves a pairing from one state to the next in one step. @returns false when it was not in `from` */
export async function movePairing(
  tx: Transaction,
  deviceCodeHash: string,
  from: PairingRecord['state'],
  to: PairingRecord['state'],
  deviceId: string,
): Promise<boolean> {
  const { count } = await tx.deviceAuthorization.updateMany({
    where: { deviceCodeHash, state: from },
    data: { state: to, deviceId },
  });
  return count === 1;
}
