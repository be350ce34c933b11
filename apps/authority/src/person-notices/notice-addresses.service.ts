import { Inject, Injectable } from '@nestjs/common';
import {
  findNoticeAddress,
  lockPerson,
  removeNoticeAddress,
  storeNoticeAddress,
  type Database,
  type NoticeRecipient,
  type Transaction,
} from '@guise/persistence';
import { Clock } from '../ports/clock.js';
import { DATABASE } from '../ports/tokens.js';
import { MAIL_CHANNEL } from './mail-channel.js';
import { NOTICE_CHANNELS, type NoticeChannel } from './notice-channel.js';
import { PersonNotices } from './person-notices.service.js';

/** Where a person wants notices by mail. A change is told at the old address and at the new one. */
@Injectable()
export class NoticeAddresses {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(NOTICE_CHANNELS) private readonly channels: readonly NoticeChannel[],
    private readonly clock: Clock,
    private readonly notices: PersonNotices,
  ) {}

  async read(personId: string) {
    return { email: await findNoticeAddress(this.database.client, personId), mailIsSent: this.mailIsSent };
  }

  async set(personId: string, email: string) {
    const added: readonly NoticeRecipient[] = this.mailIsSent
      ? [{ channel: MAIL_CHANNEL, recipient: email }]
      : [];
    await this.change(personId, email, added, (tx) =>
      storeNoticeAddress(tx, personId, email, this.clock.now()),
    );
    return this.read(personId);
  }

  async remove(personId: string) {
    await this.change(personId, null, [], (tx) => removeNoticeAddress(tx, personId));
    return this.read(personId);
  }

  private get mailIsSent(): boolean {
    return this.channels.some(({ name }) => name === MAIL_CHANNEL);
  }

  private change(
    personId: string,
    next: string | null,
    added: readonly NoticeRecipient[],
    store: (tx: Transaction) => Promise<void>,
  ): Promise<void> {
    return this.database.transaction(async (tx) => {
      await lockPerson(tx, personId);
      if ((await findNoticeAddress(tx, personId)) === next) return;
      // Before it is stored: who is reached now is told.
      await this.notices.tell(tx, personId, 'notice-address-changed', null, added);
      await store(tx);
    });
  }
}
