import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { parsePayload } from '@guise/ledger';
import {
  listPersons,
  lockPersons,
  readEntriesAbout,
  type Database,
  type PersonRecord,
} from '@guise/persistence';
import type { Logger } from 'pino';
import { DATABASE, LOGGER } from '../ports/tokens.js';
import { Newcomers } from './newcomers.js';

const BATCH = 200;

/**
 * Earlier versions let persons in without an entry of the ledger. At the first start of one that writes them, what roles
 * everybody has is recorded as it stands; never again once anybody has such an entry, whatever was done to the database since.
 */
@Injectable()
export class RoleBaseline implements OnApplicationBootstrap {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly newcomers: Newcomers,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    for await (const page of this.pages()) if (await this.isAnyRecorded(page)) return;
    for await (const page of this.pages()) {
      await this.database.transaction(async (tx) => {
        for (const person of await lockPersons(
          tx,
          page.map(({ id }) => id),
        )) {
          await this.newcomers.record(tx, person, 'recorded at an upgrade');
        }
      });
      this.logger.warn({ persons: page.length }, 'roles of before were recorded in the ledger as they stand');
    }
  }

  private async *pages(): AsyncGenerator<readonly PersonRecord[]> {
    for (let after: string | null = null; ;) {
      const page: readonly PersonRecord[] = await listPersons(this.database.client, after, BATCH);
      if (page.length > 0) yield page;
      const last = page.at(-1);
      if (last === undefined || page.length < BATCH) return;
      after = last.id;
    }
  }

  private async isAnyRecorded(page: readonly PersonRecord[]): Promise<boolean> {
    const ids = page.map(({ id }) => id);
    const entries = await readEntriesAbout(this.database.client, ids, ['status-change']);
    return entries.some(({ payload }) => saysBeginning(payload));
  }
}

/** An entry that somebody edited says nothing here; the comparison with the ledger tells of it. */
function saysBeginning(payload: Uint8Array): boolean {
  try {
    const entry = parsePayload(payload);
    return entry.kind === 'status-change' && entry.from === 'none' && entry.to !== 'active';
  } catch {
    return false;
  }
}
