import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { listLiveSessions, lockWearSession, type Database } from '@guise/persistence';
import type { Logger } from 'pino';
import { isGrant, WearGrants } from '../permits/wear-grants.js';
import { DATABASE, LOGGER } from '../ports/tokens.js';
import { SessionEnder } from '../sessions/session-ender.js';
import { ChangeFeed, type Ground } from './change-feed.js';

/** Sessions decided at the same time; each takes a connection of the pool. */
const CONCURRENCY = 4;
const PAGE = 200;

/**
 * Ends sessions at once when what they rest on is gone. Each is decided like at its next lease, in a transaction of its
 * own after the change is committed: locks are taken in one order, session first. Should this replica die in between,
 * the leases end them.
 */
@Injectable()
export class SessionRevoker implements OnModuleInit, BeforeApplicationShutdown {
  private readonly work = new Set<Promise<void>>();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly feed: ChangeFeed,
    private readonly grants: WearGrants,
    private readonly ender: SessionEnder,
  ) {}

  onModuleInit(): void {
    this.feed.listen({
      onChange: (change) => {
        if (change.type === 'ground' && change.from === this.feed.self) this.start(change.ground);
      },
      onGap: () => undefined,
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.allSettled(this.work);
  }

  private start(ground: Ground): void {
    const run = this.revoke(ground)
      .catch((error: unknown) => {
        this.logger.error({ err: error }, 'sessions could not be ended; their leases end them');
      })
      .finally(() => this.work.delete(run));
    this.work.add(run);
  }

  private async revoke(ground: Ground): Promise<void> {
    for (let after = ''; ;) {
      const sessions = await listLiveSessions(this.database.client, ground, after, PAGE);
      const waiting = [...sessions];
      const worker = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await this.decide(next);
      };
      await Promise.all(Array.from({ length: CONCURRENCY }, worker));
      after = sessions.at(-1)?.id ?? '';
      if (sessions.length < PAGE) return;
    }
  }

  private async decide({ id, deviceId }: { readonly id: string; readonly deviceId: string }): Promise<void> {
    await this.database.transaction(async (tx) => {
      const session = await lockWearSession(tx, id, deviceId);
      if (session?.state !== 'live') return;
      const grant = await this.grants.decide(tx, { ...session, avatar: session.avatarId });
      if (!isGrant(grant)) await this.ender.revoke(tx, session, grant);
    });
  }
}
