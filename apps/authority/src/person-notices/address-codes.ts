import { createHash, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { drawUserCode, THROTTLE_WINDOW_SECONDS } from '@guise/identity';
import { countAttempt, type AddressClaim, type Database } from '@guise/persistence';
import type { Logger } from 'pino';
import { ProblemError } from '../http/problem-error.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { DATABASE, LOGGER } from '../ports/tokens.js';
import { NOTICE_CHANNELS, type NoticeChannel } from './notice-channel.js';

/** Said in the mail. */
const LIFE_MS = 15 * 60_000;
/** Mails in one window of {@link THROTTLE_WINDOW_SECONDS}, whoever asks for them. */
const MOST = { account: 3, address: 3 } as const;
const HASH_BYTES = 32;
const stretch = promisify(scrypt) as (code: string, salt: Uint8Array, bytes: number) => Promise<Buffer>;

/** Codes that show that a person reads what is mailed to an address. 20^8 of them: stored stretched (scrypt), not just hashed. */
@Injectable()
export class AddressCodes implements BeforeApplicationShutdown {
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(NOTICE_CHANNELS) private readonly channels: readonly NoticeChannel[],
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.underWay);
  }

  /** Whether there is a way to send one. */
  get areSent(): boolean {
    return this.channels.some((channel) => channel.sendCode !== undefined);
  }

  /** @returns a new code for an address, and the claim that it is typed against */
  async draw(email: string): Promise<{ readonly code: string; readonly claim: AddressClaim }> {
    const code = drawUserCode((length) => this.random.bytes(length));
    const salt = this.random.bytes(16);
    const codeHash = new Uint8Array(await stretch(lettersOf(code), salt, HASH_BYTES));
    return { code, claim: { email, salt, codeHash, expiresAt: new Date(this.clock.nowMs() + LIFE_MS) } };
  }

  async isRight(typed: string, { salt, codeHash }: AddressClaim): Promise<boolean> {
    return timingSafeEqual(await stretch(lettersOf(typed), salt, HASH_BYTES), codeHash);
  }

  /** @throws ProblemError `rate-limited` when the person had several mailed already */
  async requireFew(personId: string): Promise<void> {
    const waitSeconds = await this.excess('account', personId);
    if (waitSeconds === null) return;
    throw new ProblemError('rate-limited', {
      detail: 'Several codes were mailed for you. Use the newest one, or wait as long as Retry-After says.',
      headers: { 'retry-after': String(waitSeconds) },
    });
  }

  /**
   * Mails a code, unless the address was sent several already. Nobody waits for it: neither an answer nor its time tells what
   * a mail server says of an address, or that others ask for it too. What is not delivered is asked for again.
   */
  async mail(email: string, code: string): Promise<void> {
    if ((await this.excess('address', email.toLowerCase())) !== null) {
      this.logger.warn('an address was sent several codes: no further one for now');
      return;
    }
    for (const channel of this.channels) {
      const sent = channel.sendCode?.(email, code).catch((error: unknown) => {
        this.logger.warn({ err: error, channel: channel.name }, 'a code to confirm an address was not taken');
      });
      if (sent === undefined) continue;
      this.underWay.add(sent);
      void sent.finally(() => this.underWay.delete(sent));
    }
  }

  /** Counts one more. @returns seconds until the next may be sent, or null when this one may */
  private async excess(scope: keyof typeof MOST, value: string): Promise<number | null> {
    const id = createHash('sha256').update(`address-code ${scope}:${value}`).digest('hex');
    const now = this.clock.nowSeconds();
    const { attempts, since } = await countAttempt(this.database.client, id, now, THROTTLE_WINDOW_SECONDS);
    return attempts <= MOST[scope] ? null : Math.max(1, since + THROTTLE_WINDOW_SECONDS - now);
  }
}

const lettersOf = (typed: string): string => typed.toUpperCase().replaceAll(/[^A-Z]/g, '');
