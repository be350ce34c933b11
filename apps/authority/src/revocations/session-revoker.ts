import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import {
  findActiveDeviceIds,
  listLiveSessions,
  lockLiveSessions,
  lockWearSession,
  statementsIn,
  type Database,
  type LiveSessionsOf,
  type Transaction,
  type WearSessionRecord,
} from '@guise/persistence';
import type { Logger } from 'pino';
import { DEVICE_NOT_PAIRED, isGrant, WearGrants } from '../permits/wear-grants.js';
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
    if (deviceId !== undefined) await this.revokeByOwner({ deviceId });
    if (personId !== undefined) await this.revokeByOwner({ personId });
    if (policyId !== undefined) await this.revokeByAvatar({ any: true });
  }

  /** One avatar may be worn by many: what speaks against all of them is read once, and they end together. */
  private revokeByAvatar(ground: LiveSessionsOf): Promise<void> {
    return this.inBatches(ground, async (tx, sessions) => {
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
    });
  }

  /** Of a device that is not paired any more, or a person who is not active, all sessions end together. */
  private async revokeByOwner(ground: Pick<Ground, 'deviceId' | 'personId'>): Promise<void> {
    await this.inBatches(nameOnly(ground), async (tx, sessions) => {
      const active = await findActiveDeviceIds(
        tx,
        sessions.map(({ deviceId }) => deviceId),
      );
      const gone = sessions.filter(({ deviceId }) => !active.has(deviceId));
      await this.ender.revoke(tx, gone, [DEVICE_NOT_PAIRED]);
    });
    await this.revokeOneByOne(ground);
  }

  private async inBatches(
    ground: LiveSessionsOf,
    work: (tx: Transaction, sessions: readonly WearSessionRecord[]) => Promise<void>,
  ): Promise<void> {
    for (let after: string | undefined = ''; after !== undefined;) {
      const from: string = after;
      after = await this.database.transaction(async (tx) => {
        const sessions = await lockLiveSessions(tx, ground, from, BATCH);
        await work(tx, sessions);
        return sessions.length < BATCH ? undefined : sessions.at(-1)?.id;
      });
    }
  }

  /** What is left of them may have lost something else (a face); each is decided in full. */
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

const nameOnly = ({ deviceId, personId }: Pick<Ground, 'deviceId' | 'personId'>): LiveSessionsOf => ({
  ...(deviceId === undefined ? {} : { deviceId }),
  ...(personId === undefined ? {} : { personId }),
});

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}
