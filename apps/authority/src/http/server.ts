import { randomBytes } from 'node:crypto';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { AuthorityConfig } from '../config.js';
import { Metrics } from '../metrics/metrics.js';
import { countRequests } from '../metrics/request-metrics.js';
import type { Permission, StepUp } from './permission.js';
import { principalOf, type AnyPrincipal } from './principal.js';
import { ProblemError } from './problem-error.js';
import { registerMultipart } from './upload.js';

/** JSON bodies; the largest is an evidence segment of 128 KiB. Uploads have their own limits. */
const BODY_LIMIT_BYTES = 256 * 1024;
/** Of the usual rate: identity providers send 25 a second while they synchronise. */
const BULK_FACTOR = 2.5;
const MAX_PARAM_LENGTH = 128;
const REQUEST_TIMEOUT_MS = 120_000;

/** A route as Fastify serves it. */
export interface ServedRoute {
  readonly method: string;
  readonly path: string;
  readonly permission: readonly Permission[] | undefined;
  readonly stepUp: StepUp | undefined;
}

export function createAdapter(config: AuthorityConfig): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: (_address, hop) => hop < config.trustedProxies,
    genReqId: () => randomBytes(12).toString('base64url'),
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    logger: false,
    multipart: false,
  });
}

/** Security headers, rate limits, access log and metrics; returns the list of routes, filled while they are registered. */
export async function prepareServer(
  app: NestFastifyApplication,
  config: AuthorityConfig,
  logger: Logger,
): Promise<readonly ServedRoute[]> {
  const routes: ServedRoute[] = [];
  const fastify = app.getHttpAdapter().getInstance();
  acceptScimJson(fastify);
  acceptSecurityEvents(fastify);
  fastify.addHook('onRoute', (route) => {
    const maxBodyBytes = route.config?.guiseMaxBodyBytes;
    if (maxBodyBytes !== undefined) route.bodyLimit = maxBodyBytes;
    for (const method of [route.method].flat()) {
      routes.push({
        method,
        path: route.url,
        permission: route.config?.guisePermission,
        stepUp: route.config?.guiseStepUp,
      });
    }
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const principal = principalOf(request);
    logger.info(
      {
        traceId: request.id,
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        ...callerOf(principal),
      },
      'request',
    );
    done();
  });
  countRequests(fastify, app.get(Metrics));
  await app.register(helmet, helmetOptions(config));
  await app.register(rateLimit, {
    global: true,
    timeWindow: '1 minute',
    max: ({ routeOptions }) => {
      if (routeOptions.config.guiseStrictRate === true) {
        return Math.max(1, Math.floor(config.rateLimitPerMinute / 10));
      }
      const factor = routeOptions.config.guiseBulkRate === true ? BULK_FACTOR : 1;
      return Math.ceil(config.rateLimitPerMinute * factor);
    },
    keyGenerator: ({ routeOptions, ip }) => {
      if (routeOptions.config.guiseStrictRate === true) return `strict:${ip}`;
      return routeOptions.config.guiseBulkRate === true ? `bulk:${ip}` : ip;
    },
    errorResponseBuilder: (_request, context) =>
      new ProblemError('rate-limited', { headers: { 'retry-after': String(Math.ceil(context.ttl / 1000)) } }),
  });
  await registerMultipart(app);
  return routes;
}

/** RFC 7644 §3.1; what would poison a prototype is refused as in other JSON. */
function acceptScimJson(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(
    'application/scim+json',
    { parseAs: 'string' },
    fastify.getDefaultJsonParser('error', 'error'),
  );
}

/** RFC 8935: the body is the token itself. */
function acceptSecurityEvents(fastify: FastifyInstance): void {
  const limits = { parseAs: 'string', bodyLimit: 16_384 } as const;
  fastify.addContentTypeParser('application/secevent+jwt', limits, (_request, body, done) => {
    done(null, body);
  });
}

function callerOf(principal: AnyPrincipal | undefined): { person?: string; client?: string } {
  if (principal === undefined) return {};
  return principal.kind === 'provisioning' ? { client: principal.clientId } : { person: principal.personId };
}

function helmetOptions(config: AuthorityConfig) {
  const secure = config.publicUrl.startsWith('https:');
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'connect-src': ["'self'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
      },
    },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    crossOriginResourcePolicy: { policy: 'same-origin' as const },
    referrerPolicy: { policy: 'no-referrer' as const },
  };
}
