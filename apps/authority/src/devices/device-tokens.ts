import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { issueAccessToken, PermitError, verifyAccessToken, type VerifiedAccessToken } from '@guise/permit';
import {
  findActiveDevice,
  findRefreshToken,
  insertRefreshToken,
  useRefreshToken,
  type DeviceRecord,
  type Transaction,
} from '@guise/persistence';
import { deviceId, personId } from '@guise/protocol';
import type { AuthorityConfig } from '../config.js';
import { Authenticator } from '../http/authenticator.js';
import type { DevicePrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { SigningKeys } from '../keys/signing-keys.js';
import { verifyNatively } from '../keys/native-es256.js';
import { Clock } from '../ports/clock.js';
import { hashToken, Random } from '../ports/random.js';
import { CONFIG } from '../ports/tokens.js';
import { DpopProofs } from './dpop.js';

const ACCESS_SECONDS = 600;
const REFRESH_MS = 30 * 24 * 3600 * 1000;
const DPOP_TOKEN = /^DPoP ([A-Za-z0-9_.-]{1,4096})$/i;

/** Access and refresh tokens of paired devices, bound to the device key. */
@Injectable()
export class DeviceTokens implements OnModuleInit {
  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly authenticator: Authenticator,
    private readonly proofs: DpopProofs,
  ) {}

  onModuleInit(): void {
    this.authenticator.use('device', (request) => this.find(request));
  }

  async issue(tx: Transaction, device: DeviceRecord) {
    const now = this.clock.nowSeconds();
    const accessToken = await issueAccessToken(
      {
        iss: this.config.publicUrl,
        sub: personId.parse(device.personId),
        aud: this.config.publicUrl,
        client_id: deviceId.parse(device.id),
        jti: this.random.token(),
        iat: now,
        exp: now + ACCESS_SECONDS,
        cnf: { jkt: device.jkt },
      },
      this.keys.signer('access-token', now),
    );
    const refreshToken = this.random.token();
    await insertRefreshToken(tx, {
      tokenHash: hashToken(refreshToken),
      deviceId: device.id,
      createdAt: this.clock.now(),
      expiresAt: new Date(this.clock.nowMs() + REFRESH_MS),
    });
    return {
      token_type: 'DPoP' as const,
      access_token: accessToken,
      refresh_token: refreshToken,
      expires_in: ACCESS_SECONDS,
      device_id: device.id,
    };
  }

  /**
   * Exchanges a refresh token, once. A token that comes back a second time was copied: `reused` tells the caller to end
   * the device (RFC 9700 §4.14.2).
   * @throws ProblemError `unauthenticated`, `device-revoked`, `dpop-invalid`
   */
  async refresh(tx: Transaction, refreshToken: string, jkt: string) {
    const hash = hashToken(refreshToken);
    const stored = await findRefreshToken(tx, hash);
    if (stored === null || stored.expiresAt.getTime() <= this.clock.nowMs()) {
      throw new ProblemError('unauthenticated', { detail: 'Pair the device again with guise login.' });
    }
    const device = await findActiveDevice(tx, stored.deviceId);
    if (device === null) throw new ProblemError('device-revoked');
    if (device.jkt !== jkt)
      throw new ProblemError('dpop-invalid', { detail: 'The token belongs to another key.' });
    if (!(await useRefreshToken(tx, hash, this.clock.now()))) return { reusedBy: device };
    return { tokens: await this.issue(tx, device) };
  }

  private async find(request: FastifyRequest): Promise<DevicePrincipal | undefined> {
    const token = DPOP_TOKEN.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const claims = await this.verifyToken(token);
    const { jkt } = claims.cnf;
    const deviceId = claims.client_id;
    const device = await this.proofs.verifyDevice(request, { accessToken: token, jkt, deviceId });
    if (device?.jkt !== jkt) throw new ProblemError('device-revoked');
    return { kind: 'device', deviceId: device.id, personId: device.personId, jkt };
  }

  private async verifyToken(token: string): Promise<VerifiedAccessToken> {
    try {
      return await verifyAccessToken(token, {
        keys: this.keys.history('access-token'),
        now: this.clock.nowSeconds(),
        issuer: this.config.publicUrl,
        audience: this.config.publicUrl,
        verify: verifyNatively,
      });
    } catch (error) {
      if (error instanceof PermitError) throw new ProblemError('unauthenticated', { detail: error.message });
      throw error;
    }
  }
}
