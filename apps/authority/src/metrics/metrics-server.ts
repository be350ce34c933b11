import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Logger } from 'pino';
import { collectDefaultMetrics } from 'prom-client';
import type { AuthorityConfig } from '../config.js';
import { CONFIG, LOGGER } from '../ports/tokens.js';
import type { MetricsConfig } from './metrics-variables.js';
import { Metrics } from './metrics.js';

/** Names by which this machine is asked for; a page whose name was rebound to it comes by another. */
const THIS_MACHINE = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/** Serves the metrics on a port of their own, so that the public one has no such route; off unless it is configured. */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private server: Server | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {}

  /** @throws Error when the port is taken: whoever asked for metrics is told that there are none */
  async onApplicationBootstrap(): Promise<void> {
    const { metrics: config } = this.config;
    if (config === null) return;
    collectDefaultMetrics({ register: this.metrics.registry });
    const server = createServer({ requestTimeout: 5_000, maxHeaderSize: 8_192 }, (request, response) => {
      this.answer(config, request, response).catch((error: unknown) => {
        this.logger.error({ err: error }, 'metrics could not be collected');
        response.writeHead(500).end();
      });
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(config.port, config.host, resolve);
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  private async answer(
    config: MetricsConfig,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (!mayRead(config, request)) {
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
    } else if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
    } else {
      const text = await this.metrics.text();
      response.writeHead(200, { 'content-type': this.metrics.registry.contentType }).end(text);
    }
  }
}

function mayRead({ token }: MetricsConfig, { headers }: IncomingMessage): boolean {
  if (token === null) return THIS_MACHINE.test(headers.host ?? '');
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(headers.authorization ?? ''), hash(`Bearer ${token}`));
}
