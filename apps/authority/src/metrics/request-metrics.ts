import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refusalOf } from '../http/problem.filter.js';
import type { Metrics } from './metrics.js';

/** Counts every answer when it was sent. */
export function countRequests(fastify: FastifyInstance, metrics: Metrics): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    countRequest(metrics, request, reply);
    done();
  });
}

function countRequest(metrics: Metrics, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = refusalOf(request);
  if (refusal !== undefined) metrics.countProblem(refusal.code);
  const route = request.routeOptions.url;
  // A stream lasts as long as its session: that is no duration of a request.
  if (String(reply.raw.getHeader('content-type')).startsWith('text/event-stream')) return;
  metrics.countRequest({
    // Where no route is, the caller chose the method.
    ...{ method: route === undefined ? 'any' : request.method, route: route ?? 'none' },
    ...{ status: reply.statusCode, seconds: reply.elapsedTime / 1000 },
  });
  if (route === '/v1/permits' && request.method === 'POST') {
    if (refusal !== undefined) metrics.countPermit('refused', refusal.reason ?? refusal.code);
    else if (!reply.hasHeader('idempotency-replayed')) metrics.countPermit('issued', 'none');
  }
}
