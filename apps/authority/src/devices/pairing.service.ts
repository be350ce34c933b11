import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { decidePoll, drawUserCode, PAIRING_SECONDS, POLL_INTERVAL_SECONDS } from '@guise/identity';
import {
  findActiveDevice,
  findDeviceByKey,
  findPairing,
  insertDevice,
  insertPairing,
  LedgerOutbox,
  movePairing,
  notePoll,
  type Database,
  type PairingRecord,
  type Transaction,
} from '@guise/persistence';
import { deviceId, deviceStatement, personId, type SignedStatement } from '@guise/protocol';
import type { AuthorityConfig } from '../config.js';
import { ProblemError } from '../http/problem-error.js';
import { PasskeyUse } from '../passkeys/passkey-use.js';
import { StatementsService, type VerifiedStatement } from '../passkeys/statements.service.js';
import { Clock } from '../ports/clock.js';
import { hashToken, Random } from '../ports/random.js';
import { CONFIG, DATABASE } from '../ports/tokens.js';
import { DeviceTokens } from './device-tokens.js';
import { DpopProofs } from './dpop.js';

/** Pairing of a device with a person (RFC 8628): the device shows a code, the person signs for it with a passkey. */
@Injectable()
export class PairingService {
  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly ledger: LedgerOutbox,
    private readonly statements: StatementsService,
    private readonly passkeyUse: PasskeyUse,
    private readonly proofs: DpopProofs,
    private readonly tokens: DeviceTokens,
  ) {}

  /** §3.1: the proof in the request names the key to be paired. */
  async start(request: FastifyRequest, deviceName: string) {
    const { jkt, jwk } = await this.proofs.verify(request);
    await this.requireNewKey(this.database.client, jkt);
    const deviceCode = this.random.token();
    const userCode = drawUserCode((length) => this.random.bytes(length));
    await insertPairing(this.database.client, {
      deviceCodeHash: hashToken(deviceCode),
      userCode,
      deviceName,
      jkt,
      publicJwk: jwk,
      intervalSeconds: POLL_INTERVAL_SECONDS,
      createdAt: this.clock.now(),
      expiresAt: new Date(this.clock.nowMs() + PAIRING_SECONDS * 1000),
    });
    return {
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: `${this.config.publicUrl}/account`,
      expires_in: PAIRING_SECONDS,
      interval: POLL_INTERVAL_SECONDS,
    };
  }

  /** The statement by which a person takes the device shown under this code. */
  async offer(person: string, userCode: string) {
    const pairing = await this.pendingPairing(this.database.client, userCode);
    return this.statements.offer('device', person, userCode, {
      type: 'guise.device.v1',
      person,
      deviceName: pairing.deviceName,
      jkt: pairing.jkt,
      userCode,
      issuedAt: this.clock.nowSeconds(),
      nonce: this.random.token(),
    });
  }

  async approve(person: string, userCode: string, signed: SignedStatement): Promise<void> {
    const statement = await this.statements.verify('device', person, userCode, signed);
    const { jkt } = deviceStatement.parse(JSON.parse(statement.statement));
    await this.database.transaction(async (tx) => {
      const pairing = await this.pendingPairing(tx, userCode);
      if (pairing.jkt !== jkt) throw new ProblemError('statement-mismatch');
      await this.passkeyUse.advance(tx, statement.verified);
      await this.pair(tx, person, pairing, statement);
    });
  }

  /** §3.4: the device polls with a proof of the same key. */
  async poll(request: FastifyRequest, deviceCode: string) {
    const { jkt } = await this.proofs.verify(request);
    const hash = hashToken(deviceCode);
    const outcome = await this.database.transaction(async (tx) => {
      const pairing = await findPairing(tx, { deviceCodeHash: hash });
      if (pairing?.jkt !== jkt) throw new ProblemError('device-expired');
      const decision = decidePoll(
        {
          state: pairing.state,
          expiresAtMs: pairing.expiresAt.getTime(),
          lastPolledAtMs: pairing.lastPolledAt?.getTime() ?? null,
          intervalSeconds: pairing.intervalSeconds,
        },
        this.clock.nowMs(),
      );
      if (decision.outcome === 'issue') return { tokens: await this.issueOnce(tx, pairing) };
      await notePoll(tx, hash, this.clock.now(), decision.intervalSeconds);
      return { refusal: decision.error };
    });
    if ('refusal' in outcome) throw outcome.refusal;
    return outcome.tokens;
  }

  private async issueOnce(tx: Transaction, pairing: PairingRecord) {
    const device = await findActiveDevice(tx, pairing.deviceId ?? '');
    if (device === null) throw new ProblemError('device-revoked');
    if (!(await movePairing(tx, pairing.deviceCodeHash, 'approved', 'consumed', device.id))) {
      throw new ProblemError('device-expired');
    }
    return this.tokens.issue(tx, device);
  }

  private async pair(
    tx: Transaction,
    person: string,
    pairing: PairingRecord,
    signed: VerifiedStatement,
  ): Promise<void> {
    await this.requireNewKey(tx, pairing.jkt);
    const id = this.random.id('device');
    if (!(await movePairing(tx, pairing.deviceCodeHash, 'pending', 'approved', id))) {
      throw new ProblemError('device-expired');
    }
    await insertDevice(tx, {
      id,
      personId: person,
      name: pairing.deviceName,
      jkt: pairing.jkt,
      publicJwk: pairing.publicJwk,
      state: 'active',
      pairedAt: this.clock.now(),
      statement: signed.statement,
      assertion: signed.assertion,
      credentialId: signed.credentialId,
    });
    await this.ledger.stage(tx, {
      v: 1,
      kind: 'device',
      at: this.clock.nowSeconds(),
      device: deviceId.parse(id),
      person: personId.parse(person),
      jwk: pairing.publicJwk,
      state: 'active',
      ...signed.evidence,
    });
  }

  private async pendingPairing(tx: Transaction, userCode: string): Promise<PairingRecord> {
    const pairing = await findPairing(tx, { userCode });
    if (pairing === null) throw new ProblemError('not-found', { detail: 'No device shows this code.' });
    if (pairing.state !== 'pending' || pairing.expiresAt.getTime() <= this.clock.nowMs()) {
      throw new ProblemError('device-expired');
    }
    return pairing;
  }

  /** A key is one device for ever: a revoked one cannot come back under another person. */
  private async requireNewKey(tx: Transaction, jkt: string): Promise<void> {
    const known = await findDeviceByKey(tx, jkt);
    if (known === null) return;
    throw new ProblemError(known.state === 'revoked' ? 'device-revoked' : 'conflict', {
      detail: 'This device key is registered already. Make a new one: guise login --new-key.',
    });
  }
}
