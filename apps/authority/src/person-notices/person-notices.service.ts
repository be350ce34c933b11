import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import {
  insertPersonNotice,
  listPersonNotices,
  listUndelivered,
  markDelivered,
  type Database,
  type Transaction,
} from '@guise/persistence';
import type { PersonNoticeKind } from '@guise/protocol';
import type { Logger } from 'pino';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { sweepEvery, type Sweeps } from '../ports/sweeps.js';
import { DATABASE, LOGGER } from '../ports/tokens.js';
import { NOTICE_CHANNELS, type NoticeChannel } from './notice-channel.js';
import { NOTICE_TEXTS } from './notice-texts.js';

const SWEEP_MS = 15_000;
const BATCH = 100;
/** What could not be delivered for so long is in the in-app list still. */
const GIVE_UP_MS = 7 * 86_400_000;

/** Tells persons about their own account: in the transaction of what happened, then by every other channel. */
@Injectable()
export class PersonNotices implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private sweeps: Sweeps | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(NOTICE_CHANNELS) private readonly channels: readonly NoticeChannel[],
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  onApplicationBootstrap(): void {
    if (this.channels.length === 0) return;
    this.sweeps = sweepEvery(
      SWEEP_MS,
      () => this.sweep(),
      (error) => {
        this.logger.error({ err: error }, 'notices could not be delivered');
      },
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sweeps?.stop();
  }

  /** @param about the recovery it is about */
  async tell(
    tx: Transaction,
    personId: string,
    kind: PersonNoticeKind,
    about: string | null = null,
  ): Promise<void> {
    const id = this.random.id('personNotice');
    const text = NOTICE_TEXTS[kind];
    await insertPersonNotice(tx, { id, personId, kind, text, about, createdAt: this.clock.now() });
  }

  async list(personId: string, limit: number) {
    const notices = await listPersonNotices(this.database.client, personId, limit);
    return {
      notices: notices.map(({ id, kind, text, about, createdAt }) => ({
        id,
        kind,
        text,
        about,
        at: Math.floor(createdAt.getTime() / 1000),
      })),
    };
  }

  /** Delivers what no channel has yet; one that fails keeps neither the others nor later notices. */
  async sweep(): Promise<void> {
    for (const channel of this.channels) {
      try {
        await this.deliverBy(channel);
      } catch (error) {
        this.logger.error({ err: error, channel: channel.name }, 'notices could not be delivered');
      }
    }
  }

  private async deliverBy(channel: NoticeChannel): Promise<void> {
    const { client } = this.database;
    const since = new Date(this.clock.nowMs() - GIVE_UP_MS);
    for (const notice of await listUndelivered(client, channel.name, since, BATCH)) {
      const { id, personId, kind, text, createdAt } = notice;
      const at = Math.floor(createdAt.getTime() / 1000);
      try {
        await channel.deliver({ id, person: personId, kind, text, at });
        await markDelivered(client, id, channel.name);
      } catch (error) {
        this.logger.error({ err: error, channel: channel.name, notice: id }, 'a notice is offered again');
      }
    }
  }
}
