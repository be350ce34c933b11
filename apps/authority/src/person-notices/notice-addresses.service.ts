import { Inject, Injectable } from '@nestjs/common';
import {
  countClaimAttempt,
  findAddressClaim,
  findNoticeAddress,
  lockPerson,
  removeAddressClaim,
  removeNoticeAddress,
  storeAddressClaim,
  storeNoticeAddress,
  takeAddressClaim,
  type Database,
} from '@guise/persistence';
import { ProblemError } from '../http/problem-error.js';
import { Clock } from '../ports/clock.js';
import { DATABASE } from '../ports/tokens.js';
import { AddressCodes } from './address-codes.js';
import { MAIL_CHANNEL } from './mail-channel.js';
import { PersonNotices } from './person-notices.service.js';

/** Codes typed against one claim. */
const MOST_ATTEMPTS = 5;

/**
 * Where a person wants notices by mail. A new address takes the place of the old one when its code was typed, never before:
 * until then notices go where they went. Then both are told.
 */
@Injectable()
export class NoticeAddresses {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly codes: AddressCodes,
    private readonly notices: PersonNotices,
  ) {}

  async read(personId: string) {
    const { client } = this.database;
    const claim = await findAddressClaim(client, personId, this.clock.now());
    const pending =
      claim === null ? null : { email: claim.email, expiresAt: Math.floor(claim.expiresAt.getTime() / 1000) };
    return { email: await findNoticeAddress(client, personId), pending, mailIsSent: this.codes.areSent };
  }

  /**
   * Mails a code to an address, and answers the same whoever reads there.
   * @throws ProblemError `conflict` when no mail is sent here, `rate-limited`
   */
  async claim(personId: string, email: string) {
    if (!this.codes.areSent) {
      throw new ProblemError('conflict', {
        detail: 'This authority sends no mail: its operator sets it up.',
      });
    }
    await this.codes.requireFew(personId);
    const { code, claim } = await this.codes.draw(email);
    await this.database.transaction(async (tx) => {
      await lockPerson(tx, personId);
      await storeAddressClaim(tx, personId, claim);
    });
    await this.codes.mail(email, code);
    return this.read(personId);
  }

  /** @throws ProblemError `conflict`, the same for a wrong, an old and a used code */
  async confirm(personId: string, code: string) {
    const now = this.clock.now();
    const claim = await countClaimAttempt(this.database.client, personId, now, MOST_ATTEMPTS);
    if (claim === null || !(await this.codes.isRight(code, claim))) throw notConfirmed();
    await this.database.transaction(async (tx) => {
      await lockPerson(tx, personId);
      if (!(await takeAddressClaim(tx, personId, claim))) throw notConfirmed();
      // Before it is stored: who is reached now is told.
      const added = [{ channel: MAIL_CHANNEL, recipient: claim.email }];
      await this.notices.tell(tx, personId, 'notice-address-changed', null, added);
      await storeNoticeAddress(tx, personId, claim.email, now);
    });
    return this.read(personId);
  }

  async remove(personId: string) {
    await this.database.transaction(async (tx) => {
      await lockPerson(tx, personId);
      await removeAddressClaim(tx, personId);
      if ((await findNoticeAddress(tx, personId)) === null) return;
      await this.notices.tell(tx, personId, 'notice-address-changed');
      await removeNoticeAddress(tx, personId);
    });
    return this.read(personId);
  }
}

function notConfirmed(): ProblemError {
  return new ProblemError('conflict', {
    detail:
      'This code confirms no address: it is wrong, old or used. Take it from the newest mail, or ask for another.',
  });
}
