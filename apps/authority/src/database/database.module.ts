import { join } from 'node:path';
import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { openDatabase, type Database, type DatabaseOptions } from '@guise/persistence';
import type { AuthorityConfig } from '../config.js';
import { claimTransactions } from '../idempotency/claimed-transactions.js';
import { CONFIG, DATABASE } from '../ports/tokens.js';

/** What a test may say instead of the configuration. */
export const DATABASE_OPTIONS = Symbol('DatabaseOptions');

const MIGRATIONS = join(import.meta.dirname, '../../../../prisma/migrations');

@Global()
@Module({
  providers: [
    {
      provide: DATABASE,
      useFactory: async (config: AuthorityConfig, overrides: Partial<DatabaseOptions>) =>
        claimTransactions(
          await openDatabase({
            url: config.databaseUrl,
            folder: config.dataDir,
            migrations: MIGRATIONS,
            ...overrides,
          }),
        ),
      inject: [CONFIG, DATABASE_OPTIONS],
    },
  ],
  exports: [DATABASE],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Last of all: everything that writes stops in `beforeApplicationShutdown`. */
  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}
