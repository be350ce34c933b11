import { randomBytes } from 'node:crypto';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import type { AuthorityConfig } from '../config.js';
import type { Permission, StepUp } from './permission.js';
import { principalOf } from './principal.js';
import { ProblemError } from './problem-error.js';
import { registerMultipart } from './upload.js';

/** JSON bodies; the largest is an evidence segment of 128 KiB. Uploads have their own limits. */
const BODY_LIMIT_BYTES = 256 * 1024;
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

/** Security headers, rate limits and access log; returns the list of routes, filled while they are registered. */
export async function prepareServer(
  app: NestFastifyApplication,
  config: AuthorityConfig,
  logger: Logger,
): Promise<readonly ServedRoute[]> {
  const routes: ServedRoute[] = [];
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', (route) => {
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
        ...(principal === undefined ? {} : { person: principal.personId }),
      },
      'request',
    );
    done();
  });
  await app.register(helmet, helmetOptions(config));
  await app.register(rateLimit, {
    global: true,
    timeWindow: '1 minute',
    max: (request) =>
      request.routeOptions.config.guiseStrictRate === true
        ? Math.max(1, Math.floor(config.rateLimitPerMinute / 10))
        : config.rateLimitPerMinute,
    keyGenerator: (request) =>
      request.routeOptions.config.guiseStrictRate === true ? `strict:${request.ip}` : request.ip,
    errorResponseBuilder: (_request, context) =>
      new ProblemError('rate-limited', { headers: { 'retry-after': String(Math.ceil(context.ttl / 1000)) } }),
  });
  await registerMultipart(app);
  return routes;
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
