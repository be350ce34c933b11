import { Injectable } from '@nestjs/common';
import {
  LedgerOutbox,
  listDevices,
  revokeDevice,
  type DeviceRecord,
  type Transaction,
} from '@guise/persistence';
import { deviceId, personId } from '@guise/protocol';
import { Clock } from '../ports/clock.js';

/** Ends devices for good, each with its ledger entry: what runs on them loses its ground by it. */
@Injectable()
export class DeviceRevoker {
  constructor(
    private readonly clock: Clock,
    private readonly ledger: LedgerOutbox,
  ) {}

  /** @returns null when there is no such active device */
  async end(
    tx: Transaction,
    where: { readonly id: string; readonly personId?: string },
  ): Promise<DeviceRecord | null> {
    const device = await revokeDevice(tx, where, this.clock.now());
    if (device === null) return null;
    await this.ledger.stage(tx, {
      v: 1,
      kind: 'device',
      at: this.clock.nowSeconds(),
      device: deviceId.parse(device.id),
      person: personId.parse(device.personId),
      jwk: device.publicJwk,
      state: 'revoked',
    });
    return device;
  }

  /** Ends every device of a person. @returns how many */
  async endAll(tx: Transaction, owner: string): Promise<number> {
    const active = (await listDevices(tx, owner)).filter(({ state }) => state === 'active');
    for (const { id } of active) await this.end(tx, { id, personId: owner });
    return active.length;
  }
}
