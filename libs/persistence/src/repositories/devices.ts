import { p256Jwk, type P256Jwk } from '@guise/protocol';
import { z } from 'zod';
import type { Transaction } from '../database.js';

export interface DeviceRecord {
  readonly id: string;
  readonly personId: string;
  readonly name: string;
  /** RFC 7638 thumbprint of `publicJwk`. */
  readonly jkt: string;
  readonly publicJwk: P256Jwk;
  readonly state: 'active' | 'revoked';
  readonly pairedAt: Date;
}

const state = z.enum(['active', 'revoked']);

interface DeviceRow {
  readonly id: string;
  readonly personId: string;
  readonly name: string;
  readonly jkt: string;
  readonly publicJwk: unknown;
  readonly state: string;
  readonly pairedAt: Date;
}

function toDevice(row: DeviceRow): DeviceRecord {
  const { id, personId, name, jkt, pairedAt } = row;
  return {
    id,
    personId,
    name,
    jkt,
    publicJwk: p256Jwk.parse(row.publicJwk),
    state: state.parse(row.state),
    pairedAt,
  };
}

/** The text and assertion with which the person paired the device. */
export interface PairingSignature {
  readonly statement: string;
  readonly assertion: string;
  readonly credentialId: string;
}

export async function insertDevice(tx: Transaction, device: DeviceRecord & PairingSignature): Promise<void> {
  const { id, personId, name, jkt, publicJwk, pairedAt, statement, assertion, credentialId } = device;
  await tx.device.create({
    data: {
      id,
      personId,
      name,
      jkt,
      publicJwk: { kty: publicJwk.kty, crv: publicJwk.crv, x: publicJwk.x, y: publicJwk.y },
      pairedAt,
      statement,
      assertion,
      credentialId,
    },
  });
}

/** An active device of an active person. */
export async function findActiveDeviceIds(
  tx: Transaction,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const where = { id: { in: [...new Set(ids)] }, state: 'active', person: { state: 'active' } };
  const rows = await tx.device.findMany({ where, select: { id: true } });
  return new Set(rows.map(({ id }) => id));
}

export async function findActiveDevice(tx: Transaction, id: string): Promise<DeviceRecord | null> {
  const row = await tx.device.findFirst({ where: { id, state: 'active', person: { state: 'active' } } });
  return row === null ? null : toDevice(row);
}

/** Whatever device holds this key, revoked ones too. */
export async function findDeviceByKey(tx: Transaction, jkt: string): Promise<DeviceRecord | null> {
  const row = await tx.device.findUnique({ where: { jkt } });
  return row === null ? null : toDevice(row);
}

export async function listDevices(tx: Transaction, personId: string): Promise<readonly DeviceRecord[]> {
  const rows = await tx.device.findMany({ where: { personId }, orderBy: { pairedAt: 'asc' } });
  return rows.map(toDevice);
}

/** Ends a device of its owner for good. @returns the device, or null when there was none active */
export async function revokeDevice(
  tx: Transaction,
  where: { readonly id: string; readonly personId?: string },
  now: Date,
): Promise<DeviceRecord | null> {
  const row = await tx.device.findFirst({ where: { ...where, state: 'active' } });
  if (row === null) return null;
  const { count } = await tx.device.updateMany({
    where: { ...where, state: 'active' },
    data: { state: 'revoked', revokedAt: now },
  });
  if (count !== 1) return null;
  await tx.refreshToken.deleteMany({ where: { deviceId: row.id } });
  return toDevice({ ...row, state: 'revoked' });
}
