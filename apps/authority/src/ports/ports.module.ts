import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import type { AuthorityConfig } from '../config.js';
import { Clock, SystemClock } from './clock.js';
import { DiskFiles, Files } from './files.js';
import { Random, SystemRandom } from './random.js';
import { CONFIG, LOGGER } from './tokens.js';

/** Configuration, clock, randomness, files and log, for every module. */
@Global()
@Module({})
export class PortsModule {
  static with(
    config: AuthorityConfig,
    logger: Logger,
    ports: {
      readonly clock?: Clock | undefined;
      readonly random?: Random | undefined;
      readonly files?: Files | undefined;
    },
  ): DynamicModule {
    return {
      module: PortsModule,
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: LOGGER, useValue: logger },
        { provide: Clock, useValue: ports.clock ?? new SystemClock() },
        { provide: Random, useValue: ports.random ?? new SystemRandom() },
        { provide: Files, useValue: ports.files ?? new DiskFiles() },
      ],
      exports: [CONFIG, LOGGER, Clock, Random, Files],
    };
  }
}
