import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import {
  claimDeliveries,
  endDelivery,
  forgetAddresses,
  forgetNotices,
  insertPersonNotice,
  listPersonNotices,
  retryDelivery,
  type Database,
  type DueDelivery,
  type NoticeRecipient,
  type Transaction,
} from '@guise/persistence';
import type { PersonNoticeKind } from '@guise/protocol';
import type { Logger } from 'pino';
import { Metrics } from '../metrics/metrics.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { sweepEvery, type Sweeps } from '../ports/sweeps.js';
import { DATABASE, LOGGER } from '../ports/tokens.js';
import { NOTICE_CHANNELS, type NoticeChannel } from './notice-channel.js';
import { NOTICE_TEXTS } from './notice-texts.js';

const SWEEP_MS = 15_000;
const BATCH = 20;
/** A process that dies while it delivers leaves its batch to others after so long: twenty mails at their time limits. */
const LEASE_MS = 20 * 60_000;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 6 * 3_600_000;
/** What could not be delivered for so long is in the in-app list still. */
const GIVE_UP_MS = 7 * 86_400_000;
const KEPT_MS = 365 * 86_400_000;

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
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
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

  /**
   * @param about the recovery it is about
   * @param also recipients beside those by whom the person is reached now
   */
  async tell(
    tx: Transaction,
    personId: string,
    kind: PersonNoticeKind,
    about: string | null = null,
    also: readonly NoticeRecipient[] = [],
  ): Promise<void> {
    const recipients = [...also];
    for (const channel of this.channels) {
      const recipient = await channel.recipientOf(tx, personId);
      if (recipient !== null) recipients.push({ channel: channel.name, recipient });
    }
    const id = this.random.id('personNotice');
    const text = NOTICE_TEXTS[kind];
    const notice = { id, personId, kind, text, about, createdAt: this.clock.now() };
    await insertPersonNotice(tx, notice, recipients);
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

  /** Delivers what is due, and forgets what is old; a channel that fails keeps neither the others nor later notices. */
  async sweep(): Promise<void> {
    for (const channel of this.channels) {
      try {
        await this.deliverBy(channel);
      } catch (error) {
        this.logger.error({ err: error, channel: channel.name }, 'notices could not be delivered');
      }
    }
    await forgetNotices(this.database.client, new Date(this.clock.nowMs() - KEPT_MS));
    await forgetAddresses(this.database.client, this.clock.now());
  }

  private async deliverBy(channel: NoticeChannel): Promise<void> {
    const { client } = this.database;
    const leaseUntil = new Date(this.clock.nowMs() + LEASE_MS);
    for (const due of await claimDeliveries(client, channel.name, this.clock.now(), leaseUntil, BATCH)) {
      const { id, personId, kind, text, createdAt } = due.notice;
      const at = Math.floor(createdAt.getTime() / 1000);
      try {
        await channel.deliver({ id, person: personId, recipient: due.recipient, kind, text, at });
        await endDelivery(client, due);
        this.metrics.countDelivery(due.channel, 'delivered');
      } catch (error) {
        await this.tryLater(due, error);
      }
    }
  }

  private async tryLater(due: DueDelivery, error: unknown): Promise<void> {
    const about = { err: error, channel: due.channel, notice: due.notice.id, attempts: due.attempts };
    const nextMs = this.clock.nowMs() + pauseMs(due.attempts);
    if (nextMs > due.notice.createdAt.getTime() + GIVE_UP_MS) {
      this.logger.error(about, 'a notice is given up: it is in the in-app list only');
      await endDelivery(this.database.client, due);
      this.metrics.countDelivery(due.channel, 'given-up');
    } else {
      this.logger.warn(about, 'a notice is offered again later');
      await retryDelivery(this.database.client, due, new Date(nextMs));
      this.metrics.countDelivery(due.channel, 'failed');
    }
  }
}

/** From half a minute, doubled each time, to six hours. */
function pauseMs(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
}
