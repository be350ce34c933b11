import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import {
  answerIdempotencyKey,
  claimIdempotencyKey,
  releaseIdempotencyKey,
  type Database,
  type EarlierRequest,
  type IdempotencyClaim,
} from '@guise/persistence';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { z } from 'zod';
import { isShallow, MAX_DEPTH } from '../http/edge.pipe.js';
import { principalOf, type AnyPrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { isRefusal } from '../http/problem.filter.js';
import { UPLOAD_FORM_KEY } from '../http/takes-upload.js';
import { digestOf, Uploads, type UploadForm } from '../http/upload.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { DATABASE, LOGGER } from '../ports/tokens.js';
import { AnswerSeal } from './answer-seal.js';
import { underClaim } from './claimed-transactions.js';
import { parseIdempotencyKey } from './idempotency-key.js';
import { isIdempotent } from './idempotent-routes.js';

export const KEY_HOURS = 24;
/** A process that said nothing for so long went away; if it did not, it can commit nothing any more. */
export const LEASE_MS = 30_000;
const RETRY_SECONDS = 1;

/**
 * A request sent again with its `Idempotency-Key` gets the first answer and does nothing twice, at whichever replica it comes
 * in. Who calls, and whether they may, is asked anew every time. A refusal is not kept: nothing was done.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly seal: AnswerSeal,
    private readonly reflector: Reflector,
    private readonly uploads: Uploads,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const { method, routeOptions, headers, body } = request;
    const principal = principalOf(request);
    if (principal === undefined || !isIdempotent(method, routeOptions.url ?? '')) return next.handle();
    const key = parseIdempotencyKey(headers['idempotency-key']);
    // A body too deep is refused where all are.
    if (key === null || !isShallow(body, MAX_DEPTH)) return next.handle();
    const form = this.reflector.get<UploadForm | undefined>(UPLOAD_FORM_KEY, context.getHandler());
    const reply = http.getResponse<FastifyReply>();
    return from(this.answer({ key, principal, request, reply, form }, next));
  }

  private async answer(asked: Asked, next: CallHandler): Promise<unknown> {
    const { key, principal, reply } = asked;
    const { method, url, body } = asked.request;
    const caller = callerOf(principal);
    const claim = {
      ...(await this.seal.hashesOf({ caller, key, method, url, body })),
      attempt: this.random.token(),
    };
    const earlier = await claimIdempotencyKey(this.database.client, claim, this.times());
    if (earlier !== null) return this.replay(claim, earlier, asked);
    const { value, upload } = await this.carryOut(claim, next);
    await this.keep(claim, reply.statusCode, { upload, value });
    return value;
  }

  private async carryOut(claim: IdempotencyClaim, next: CallHandler) {
    try {
      return await underClaim<unknown>(claim, () =>
        lastValueFrom(next.handle(), { defaultValue: undefined }),
      );
    } catch (error) {
      // What failed on our side may have stored something: then the key says so to whoever sends it again.
      await releaseIdempotencyKey(this.database.client, claim, isRefusal(error) ? 'any' : 'running');
      throw error;
    }
  }

  /** The first answer again. @throws ProblemError */
  private async replay(claim: IdempotencyClaim, earlier: EarlierRequest, asked: Asked): Promise<unknown> {
    if (earlier.fingerprint !== claim.fingerprint) throw new ProblemError('idempotency-key-reused');
    const isGone = earlier.leaseUntil <= this.clock.now();
    if (earlier.state === 'running' || (earlier.state === 'committed' && !isGone)) {
      throw new ProblemError('idempotency-in-progress', {
        headers: { 'retry-after': String(RETRY_SECONDS) },
      });
    }
    if (earlier.status === null || earlier.answer === null) throw new ProblemError('idempotency-answer-lost');
    const text = await this.seal.open(earlier.answer, claim.id + claim.fingerprint);
    const { upload, value } = keptAnswer.parse(JSON.parse(text));
    if (asked.form !== undefined && (await this.uploadOf(asked.request, asked.form)) !== upload) {
      throw new ProblemError('idempotency-key-reused');
    }
    void asked.reply.status(earlier.status).header('idempotency-replayed', 'true');
    return value;
  }

  /** Received once more to see that it is the same, and nothing else is done with it. */
  private uploadOf(request: FastifyRequest, form: UploadForm): Promise<string> {
    return this.uploads.receive(request, form, (upload) => Promise.resolve(digestOf(upload)));
  }

  /** The request was carried out: what fails here takes nothing of that back. */
  private async keep(claim: IdempotencyClaim, status: number, answer: KeptAnswer): Promise<void> {
    try {
      const sealed = await this.seal.seal(JSON.stringify(answer), claim.id + claim.fingerprint);
      await answerIdempotencyKey(this.database.client, claim, { status, sealed });
    } catch (error) {
      this.logger.error({ err: error }, 'the answer to a request with an idempotency key could not be kept');
    }
  }

  private times() {
    const nowMs = this.clock.nowMs();
    return {
      now: new Date(nowMs),
      leaseUntil: new Date(nowMs + LEASE_MS),
      expiresAt: new Date(nowMs + KEY_HOURS * 3_600_000),
    };
  }
}

/** A request with a key. */
interface Asked {
  readonly key: string;
  readonly principal: AnyPrincipal;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Of a route that takes an upload. */
  readonly form: UploadForm | undefined;
}

/** `value` is left out of an answer without a body. */
const keptAnswer = z.strictObject({ upload: z.string().nullable(), value: z.unknown() });
type KeptAnswer = z.infer<typeof keptAnswer>;

function callerOf(principal: AnyPrincipal): string {
  switch (principal.kind) {
    case 'person':
      return `person ${principal.personId}`;
    case 'device':
      return `device ${principal.deviceId}`;
    case 'provisioning':
      return `provisioning ${principal.clientId}`;
  }
}
