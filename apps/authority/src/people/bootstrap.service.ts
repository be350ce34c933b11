import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { countPasskeys, endBootstrapInvitations, type Database, type Transaction } from '@guise/persistence';
import type { Logger } from 'pino';
import type { AuthorityConfig } from '../config.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { CONFIG, DATABASE, LOGGER } from '../ports/tokens.js';
import { AdminGrants } from './admin-grants.service.js';
import { Newcomers } from './newcomers.js';
import { PeopleService } from './people.service.js';

/** Name of the first person until they are invited properly. */
const FIRST_PERSON = 'First administrator';

/**
 * The first admin of a new authority. While nobody has a passkey, each start writes a fresh one-time invitation to a file
 * only the operator can read; whoever can read it could read the keys as well.
 */
@Injectable()
export class BootstrapService implements OnApplicationBootstrap {
  private readonly path: string;

  constructor(
    @Inject(CONFIG) config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly people: PeopleService,
    private readonly newcomers: Newcomers,
    private readonly adminGrants: AdminGrants,
  ) {
    this.path = join(config.dataDir, 'bootstrap-invitation');
  }

  async onApplicationBootstrap(): Promise<void> {
    // With another process beside this one, its invitation stands.
    if (!this.database.presence.isAlone) return;
    const token = await this.database.transaction(async (tx) => this.renewInvitation(tx));
    if (token === null) {
      await rm(this.path, { force: true });
      return;
    }
    await this.writeFile(token);
    this.logger.warn(
      { file: this.path },
      'nobody is registered yet: the first admin registers with this invitation',
    );
  }

  private async renewInvitation(tx: Transaction): Promise<string | null> {
    if ((await countPasskeys(tx)) > 0) return null;
    const [earlier] = await endBootstrapInvitations(tx, this.clock.now());
    const personId = earlier ?? (await this.createFirstPerson(tx));
    return (await this.people.issueInvitation(tx, personId, null)).token;
  }

  private async createFirstPerson(tx: Transaction): Promise<string> {
    const id = this.random.id('person');
    if (!(await this.adminGrants.beginWith(tx, { person: id, roles: ['admin'] }, null)))
      throw new Error('there were admins here before');
    await this.newcomers.store(tx, { id, displayName: FIRST_PERSON, roles: ['admin'] }, 'bootstrap');
    return id;
  }

  private async writeFile(token: string): Promise<void> {
    await mkdir(join(this.path, '..'), { recursive: true, mode: 0o700 });
    const temporary = `${this.path}.new`;
    await rm(temporary, { force: true });
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(`${token}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.path);
  }
}
