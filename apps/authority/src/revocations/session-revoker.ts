import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import {
  listLiveSessions,
  lockLiveSessions,
  lockWearSession,
  statementsIn,
  type Database,
} from '@guise/persistence';
import type { Logger } from 'pino';
import { isGrant, WearGrants } from '../permits/wear-grants.js';
import { DATABASE, LOGGER } from '../ports/tokens.js';
import { SessionEnder } from '../sessions/session-ender.js';
import { ChangeFeed, type Ground } from './change-feed.js';

/** Sessions that end in one transaction. */
const BATCH = 50;

/**
 * Ends sessions at once when what they rest on is gone. They are decided like at their next lease, in transactions of
 * their own after the change is committed: locks are taken in one order, sessions first. Should this replica die in between,
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

  private async revoke({ avatarId, consentId, deviceId, personId, policyId }: Ground): Promise<void> {
    if (avatarId !== undefined) await this.revokeByAvatar({ avatarId });
    if (consentId !== undefined) await this.revokeByAvatar({ consentId });
    if (deviceId !== undefined) await this.revokeOneByOne({ deviceId });
    if (personId !== undefined) await this.revokeOneByOne({ personId });
    if (policyId !== undefined) await this.revokeByAvatar('any');
  }

  /** One avatar may be worn by many: what speaks against all of them is read once, and they end together. */
  private async revokeByAvatar(
    ground: { readonly avatarId: string } | { readonly consentId: string } | 'any',
  ): Promise<void> {
    for (let after = ''; ;) {
      const last = await this.database.transaction(async (tx) => {
        const sessions = await lockLiveSessions(tx, ground, after, BATCH);
        for (const [avatarId, worn] of groupBy(sessions, (session) => session.avatarId)) {
          const wishes = worn.map((session) => ({ ...session, avatar: avatarId }));
          const refused = (await this.grants.refuseByAvatar(tx, avatarId, wishes)).filter(
            ({ refusals }) => refusals.length > 0,
          );
          for (const [, alike] of groupBy(refused, ({ refusals }) => JSON.stringify(refusals))) {
            const refusals = alike[0]?.refusals ?? [];
            const ended = alike.map(({ wish }) => wish);
            await this.ender.revoke(tx, ended, refusals);
          }
        }
        return sessions.length < BATCH ? undefined : sessions.at(-1)?.id;
      });
      if (last === undefined) return;
      after = last;
    }
  }

  /** A device or a person has few sessions; each is decided in full. */
  private async revokeOneByOne(ground: Pick<Ground, 'deviceId' | 'personId'>): Promise<void> {
    for (const { id, deviceId } of await listLiveSessions(this.database.client, ground)) {
      await this.database.transaction(async (tx) => {
        const session = await lockWearSession(tx, id, deviceId);
        if (session?.state !== 'live') return;
        const wish = { ...session, avatar: session.avatarId };
        const grant = await this.grants.decide(statementsIn(tx), wish);
        if (!isGrant(grant)) await this.ender.revoke(tx, [session], grant);
      });
    }
  }
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}
