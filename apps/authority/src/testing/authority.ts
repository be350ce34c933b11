import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database, DatabaseOptions, StatementHook } from '@guise/persistence';
import { pino } from 'pino';
import type { AuthorityOverrides } from '../authority.module.js';
import { parseConfig, type AuthorityConfig } from '../config.js';
import { createAuthority, type Authority } from '../create-authority.js';
import { DATABASE } from '../ports/tokens.js';
import { Api } from './api.js';
import { TestClock } from './clock.js';
import type { LastingDatabase } from './lasting.js';
import { openTestDatabase, type DatabaseKind } from './databases.js';

export interface TestAuthority extends Authority {
  readonly api: Api;
  readonly clock: TestClock;
  readonly config: AuthorityConfig;
  readonly database: Database;
  /** A service of the running application, by its class or token. */
  close(): Promise<void>;
}

export interface TestAuthorityOptions extends Omit<AuthorityOverrides, 'clock' | 'database'> {
  /** Environment variables on top of the test's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** A database that stays when the authority closes. */
  readonly lasting?: LastingDatabase;
  /** Sees every statement before it is sent. */
  readonly onStatement?: StatementHook;
}

/** A whole authority on a fresh database with a clock of its own, asked in-process. */
export async function openTestAuthority(
  kind: DatabaseKind,
  options: TestAuthorityOptions = {},
): Promise<TestAuthority> {
  const { env, lasting, onStatement, ...overrides } = options;
  const place =
    lasting === undefined ? await freshPlace(kind) : { env: lasting.env, database: {}, drop: leave };
  const config = parseConfig({ GUISE_RATE_LIMIT: '1000000', ...place.env, ...env });
  const clock = new TestClock();
  const authority = await createAuthority(config, {
    logger: pino({ level: 'silent' }),
    ...overrides,
    clock,
    database: onStatement === undefined ? place.database : { ...place.database, onStatement },
  });
  return {
    ...authority,
    api: new Api(authority.app),
    clock,
    config,
    database: authority.app.get<Database>(DATABASE),
    close: async () => {
      await authority.app.close();
      await place.drop();
    },
  };
}

interface Place {
  readonly env: Readonly<Record<string, string>>;
  readonly database: Partial<DatabaseOptions>;
  drop(): Promise<void>;
}

async function freshPlace(kind: DatabaseKind): Promise<Place> {
  const dataDir = await mkdtemp(join(tmpdir(), 'guise-test-'));
  const database = await openTestDatabase(kind);
  return {
    env: { GUISE_DATA_DIR: dataDir },
    database: database.options,
    drop: async () => {
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function leave(): Promise<void> {
  return Promise.resolve();
}
