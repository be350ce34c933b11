import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  DPOP_MAX_AGE_SECONDS,
  MAX_FUTURE_SECONDS,
  PermitError,
  verifyDpopProof,
  type VerifiedDpopProof,
} from '@guise/permit';
import { forgetDpopProofs, useDpopProof, type Database, type UsedProof } from '@guise/persistence';
import type { AuthorityConfig } from '../config.js';
import { ProblemError } from '../http/problem-error.js';
import { verifyNatively } from '../keys/native-es256.js';
import { Clock } from '../ports/clock.js';
import { CONFIG, DATABASE } from '../ports/tokens.js';
import { DpopNonces } from './dpop-nonces.js';

/** What a thief wants most, and a device asks for seldom: here a proof must carry our nonce. */
const NONCE_ROUTES: ReadonlySet<string> = new Set(['/v1/token', '/v1/permits']);

/** How often proofs that are too old to be accepted are forgotten. */
const SWEEP_EVERY = 256;

/** Proofs of possession of a device key (RFC 9449), each accepted once. */
@Injectable()
export class DpopProofs {
  private sinceSweep = 0;

  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly nonces: DpopNonces,
  ) {}

  /**
   * Verifies the proof of a request and uses it up.
   * @throws ProblemError `dpop-invalid`, `dpop-nonce-required` with a nonce, `dpop-replayed`
   */
  async verify(request: FastifyRequest): Promise<VerifiedDpopProof> {
    const proof = await this.verifyHeader(request, {});
    await this.use(proof, null);
    return proof;
  }

  /**
   * The same for a proof that is bound to a device's access token.
   * @returns the device, when it is active and its person is
   */
  async verifyDevice(
    request: FastifyRequest,
    bound: { readonly accessToken: string; readonly jkt: string; readonly deviceId: string },
  ): Promise<UsedProof['device']> {
    return this.use(await this.verifyHeader(request, bound), bound.deviceId);
  }

  private async use({ jkt, jti, iat }: VerifiedDpopProof, deviceId: string | null) {
    const id = createHash('sha256').update(`${jkt}.${jti}`).digest('hex');
    const forgottenAt = iat + DPOP_MAX_AGE_SECONDS + MAX_FUTURE_SECONDS;
    const { fresh, device } = await useDpopProof(this.database.statements, { id, forgottenAt, deviceId });
    if (!fresh) throw new ProblemError('dpop-replayed');
    await this.sweepSometimes();
    return device;
  }

  private async verifyHeader(
    request: FastifyRequest,
    { accessToken, jkt }: { readonly accessToken?: string; readonly jkt?: string },
  ): Promise<VerifiedDpopProof> {
    const header = request.headers.dpop;
    if (typeof header !== 'string')
      throw new ProblemError('dpop-invalid', { detail: 'Send one DPoP header.' });
    const wanted = NONCE_ROUTES.has(request.routeOptions.url ?? '');
    try {
      return await verifyDpopProof(header, {
        htm: request.method,
        htu: new URL(request.url, this.config.publicUrl).href,
        now: this.clock.nowSeconds(),
        ...(wanted ? { nonces: await this.nonces.accepted() } : {}),
        accessToken,
        jkt,
        verify: verifyNatively,
      });
    } catch (error) {
      if (!(error instanceof PermitError)) throw error;
      if (error.code === 'proof-nonce') throw await this.nonceWanted();
      throw new ProblemError('dpop-invalid', { detail: error.message });
    }
  }

  /** RFC 9449 §8: the same request again, with this nonce in its proof. */
  private async nonceWanted(): Promise<ProblemError> {
    return new ProblemError('dpop-nonce-required', {
      headers: {
        'dpop-nonce': await this.nonces.current(),
        'www-authenticate': 'DPoP error="use_dpop_nonce", algs="ES256"',
      },
    });
  }

  private async sweepSometimes(): Promise<void> {
    this.sinceSweep += 1;
    if (this.sinceSweep < SWEEP_EVERY) return;
    this.sinceSweep = 0;
    await forgetDpopProofs(this.database.client, this.clock.now());
  }
}
