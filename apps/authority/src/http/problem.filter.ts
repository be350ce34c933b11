import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { ConsentError } from '@guise/consent';
import { IdentityError } from '@guise/identity';
import type { Problem, ProblemCode } from '@guise/protocol';
import { isDiskFull } from '../ports/files.js';
import { LOGGER } from '../ports/tokens.js';
import { ProblemError, type ProblemExtras } from './problem-error.js';
import { PROBLEMS } from './problem-table.js';
import { SCIM_BASE, SCIM_CONTENT_TYPE, ScimError, scimErrorBody, scimTypeOf } from './scim-error.js';

/** Writes every error as RFC 9457 problem details, or as SCIM has them. No raw `error.message` leaves. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const refusal = toRefusal(error);
    refusals.set(request, { code: refusal.code, reason: refusal.extras.reasons?.[0]?.code });
    if (refusal.code === 'internal' || refusal.code === 'storage-full') {
      const what = refusal.code === 'internal' ? 'unexpected error' : 'the disk is full';
      this.logger.error({ traceId: request.id, err: error }, what);
    }
    const reply = http.getResponse<FastifyReply>();
    if (request.url.startsWith(`${SCIM_BASE}/`)) sendScimError(reply, error, refusal);
    else sendProblem(reply, request.id, refusal.code, refusal.extras);
  }
}

export function problemBody(traceId: string, code: ProblemCode, extras: ProblemExtras): Problem {
  const kind = PROBLEMS[code];
  return {
    type: `urn:guise:problem:${code}`,
    code,
    title: kind.title,
    status: kind.status,
    detail: extras.detail ?? kind.advice,
    traceId,
    ...(extras.errors === undefined ? {} : { errors: [...extras.errors] }),
    ...(extras.reasons === undefined ? {} : { reasons: [...extras.reasons] }),
  };
}

function sendProblem(reply: FastifyReply, traceId: string, code: ProblemCode, extras: ProblemExtras): void {
  const body = problemBody(traceId, code, extras);
  if (body.status === 401) void reply.header('www-authenticate', 'Bearer, DPoP algs="ES256"');
  void reply
    .headers(extras.headers ?? {})
    .header('cache-control', 'no-store')
    .status(body.status)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(body));
}

function sendScimError(reply: FastifyReply, error: unknown, { code, extras }: Refusal): void {
  const { status, advice } = PROBLEMS[code];
  const field = extras.errors?.[0];
  const detail = field === undefined ? (extras.detail ?? advice) : `${field.pointer || '/'}: ${field.reason}`;
  const body =
    error instanceof ScimError
      ? scimErrorBody(error.status, error.scimType, error.detail)
      : scimErrorBody(status, scimTypeOf(code), detail);
  if (body.status === '401') void reply.header('www-authenticate', 'Bearer realm="scim"');
  void reply
    .headers(extras.headers ?? {})
    .header('cache-control', 'no-store')
    .status(Number(body.status))
    .type(SCIM_CONTENT_TYPE)
    .send(JSON.stringify(body));
}

const refusals = new WeakMap<
  FastifyRequest,
  { readonly code: ProblemCode; readonly reason: string | undefined }
>();

/** Why a request was refused: the problem's code, and the first reason of a refused decision. */
export const refusalOf = (request: FastifyRequest) => refusals.get(request);

/** Whether the caller is told that the request is refused; everything else failed on our side. */
export const isRefusal = (error: unknown): boolean => PROBLEMS[toRefusal(error).code].status < 500;

interface Refusal {
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;
}

function toRefusal(error: unknown): Refusal {
  if (error instanceof ProblemError) return { code: error.code, extras: error.extras };
  if (isDiskFull(error)) return { code: 'storage-full', extras: {} };
  // What it says is written by itself; a code is only for what the log tells.
  if (error instanceof ScimError) return { code: 'bad-request', extras: {} };
  return domainRefusal(error) ?? { code: codeOfStatus(statusOf(error)), extras: {} };
}

/** Domain libraries refuse with codes of the shared table and advice meant for people. */
function domainRefusal(error: unknown): Refusal | undefined {
  if (error instanceof ConsentError) {
    return {
      code: error.code,
      extras: { detail: error.advice, reasons: [{ code: error.rule, message: error.advice }] },
    };
  }
  if (error instanceof IdentityError) {
    return { code: error.code, extras: error.advice === null ? {} : { detail: error.advice } };
  }
  return undefined;
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number')
    return error.statusCode;
  return 500;
}

/** Errors of the HTTP layer itself (parsing, routing, limits). */
function codeOfStatus(status: number): ProblemCode {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 404:
    case 405:
      return 'not-found';
    case 413:
      return 'payload-too-large';
    case 415:
      return 'unsupported-media';
    case 429:
      return 'rate-limited';
    case 503:
      return 'not-ready';
    default:
      return status >= 400 && status < 500 ? 'bad-request' : 'internal';
  }
}
