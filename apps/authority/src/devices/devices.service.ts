import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { listDevices, type Database } from '@guise/persistence';
import { ProblemError } from '../http/problem-error.js';
import { DATABASE } from '../ports/tokens.js';
import { DeviceTokens } from './device-tokens.js';
import { DeviceRevoker } from './device-revoker.js';
import { DpopProofs } from './dpop.js';

/** A person's own devices. */
@Injectable()
export class DevicesService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly revoker: DeviceRevoker,
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
    const revoked = await this.database.transaction((tx) => this.revoker.end(tx, { id, personId: owner }));
    if (revoked === null) throw new ProblemError('not-found');
  }

  /** A refresh token that was used before is in two hands: the device ends. */
  async refresh(request: FastifyRequest, refreshToken: string) {
    const { jkt } = await this.proofs.verify(request);
    const outcome = await this.database.transaction(async (tx) => {
      const result = await this.tokens.refresh(tx, refreshToken, jkt);
      if ('reusedBy' in result) await this.revoker.end(tx, { id: result.reusedBy.id });
      return result;
    });
    if ('reusedBy' in outcome) throw new ProblemError('device-revoked');
    return outcome.tokens;
  }
}
