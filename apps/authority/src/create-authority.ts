import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestApplicationOptions } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Database } from '@guise/persistence';
import { AuthorityModule, type AuthorityOverrides } from './authority.module.js';
import type { Logger } from 'pino';
import type { AuthorityConfig } from './config.js';
import { createLogger, nestLogger } from './http/logger.js';
import { buildOpenApi } from './http/openapi.js';
import { createAdapter, prepareServer, type ServedRoute } from './http/server.js';
import { ApiDocument } from './landing/api-document.js';
import { DATABASE } from './ports/tokens.js';

export interface Authority {
  readonly app: NestFastifyApplication;
  /** Every route the server answers, with its declared permission. */
  readonly routes: readonly ServedRoute[];
  readonly openApi: OpenAPIObject;
}

/** Builds the authority, ready to listen or to be asked in-process with `app.inject`. `app.close()` ends it. */
export async function createAuthority(
  config: AuthorityConfig,
  overrides: AuthorityOverrides = {},
): Promise<Authority> {
  const logger = overrides.logger ?? createLogger(config.logLevel);
  const app = await NestFactory.create<NestFastifyApplication>(
    AuthorityModule.with(config, logger, overrides),
    createAdapter(config),
    nestOptions(logger),
  );
  const routes = await prepareServer(app, config, logger);
  await app.init();
  // Whatever cleans up after a crash has done so.
  await app.get<Database>(DATABASE).presence.settle();
  const openApi = buildOpenApi(app, routes);
  app.get(ApiDocument).publish(openApi);
  await app.getHttpAdapter().getInstance().ready();
  return { app, routes, openApi };
}

/** Start-up errors are thrown to the caller, not turned into an exit of the process. */
function nestOptions(logger: Logger): Pick<NestApplicationOptions, 'logger' | 'abortOnError'> {
  return { logger: nestLogger(logger), abortOnError: false };
}
