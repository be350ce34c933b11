import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  LedgerOutbox,
  listDevices,
  revokeDevice,
  type Database,
  type DeviceRecord,
  type Transaction,
} from '@guise/persistence';
import { deviceId, personId } from '@guise/protocol';
import { ProblemError } from '../http/problem-error.js';
import { Clock } from '../ports/clock.js';
import { DATABASE } from '../ports/tokens.js';
import { DeviceTokens } from './device-tokens.js';
import { DpopProofs } from './dpop.js';

/** A person's own devices. */
@Injectable()
export class DevicesService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly ledger: LedgerOutbox,
    private readonly proofs: DpopProofs,
    private readonly tokens: DeviceTokens,
  ) {}

  async list(owner: string) {
    const devices = await listDevices(this.database.client, owner);
    return devices.map(({ id, name, jkt, state, pairedAt }) => ({
      id,
      name,
      jkt,
      state,
      pairedAt: Math.floor(pairedAt.getTime() / 1000),
    }));
  }

  /** Ends one of the owner's devices, at once and for good. @throws ProblemError `not-found` */
  async revoke(owner: string, id: string): Promise<void> {
    const revoked = await this.database.transaction((tx) => this.end(tx, { id, personId: owner }));
    if (revoked === null) throw new ProblemError('not-found');
  }

  /** Ends every device of somebody who leaves. */
  async endAll(tx: Transaction, owner: string): Promise<void> {
    for (const { id, state } of await listDevices(tx, owner)) {
      if (state === 'active') await this.end(tx, { id, personId: owner });
    }
  }

  /** A refresh token that was used before is in two hands: the device ends. */
  async refresh(request: FastifyRequest, refreshToken: string) {
    const { jkt } = await this.proofs.verify(request);
    const outcome = await this.database.transaction(async (tx) => {
      const result = await this.tokens.refresh(tx, refreshToken, jkt);
      if ('reusedBy' in result) await this.end(tx, { id: result.reusedBy.id });
      return result;
    });
    if ('reusedBy' in outcome) throw new ProblemError('device-revoked');
    return outcome.tokens;
  }

  private async end(
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
}
