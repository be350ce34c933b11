import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { decideThrottle, THROTTLE_WINDOW_SECONDS, type ThrottleScope } from '@guise/identity';
import { countAttempt, forgetAttempts, uncountAttempt, type Database } from '@guise/persistence';
import { ProblemError } from '../http/problem-error.js';
import { Clock } from '../ports/clock.js';
import { DATABASE } from '../ports/tokens.js';
import { networkOf } from './network.js';

/** Who tries: from which address, and as whom. */
export interface Attempt {
  /** Address of the client, as the server sees it behind the trusted proxies. */
  readonly address: string;
  /** A person, or for a passkey that nobody has its credential id: it is counted all the same. Null: no account is named. */
  readonly account: string | null;
}

/** Bounds how often signing in may fail, per account and per network, over all replicas. */
@Injectable()
export class SignInThrottle {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes an attempt that is counted before it begins, so that many at once are not one; when it succeeds it does not count.
   * @throws ProblemError `rate-limited` without making it, or what the attempt throws
   */
  async attempt<T>({ address, account }: Attempt, work: () => Promise<T>): Promise<T> {
    const network = idOf('network', networkOf(address));
    const person = account === null ? null : idOf('account', account);
    await this.count('network', network);
    if (person !== null) await this.count('account', person);
    const result = await work();
    await uncountAttempt(this.database.client, network);
    if (person !== null) {
      await forgetAttempts(this.database.client, person, this.clock.nowSeconds() - THROTTLE_WINDOW_SECONDS);
    }
    return result;
  }

  private async count(scope: ThrottleScope, id: string): Promise<void> {
    const now = this.clock.nowSeconds();
    const counted = await countAttempt(this.database.client, id, now, THROTTLE_WINDOW_SECONDS);
    const waitSeconds = decideThrottle(scope, counted, now);
    if (waitSeconds === null) return;
    throw new ProblemError('rate-limited', {
      detail: 'Signing in failed too often. Wait as long as Retry-After says, then try again.',
      headers: { 'retry-after': String(waitSeconds) },
    });
  }
}

function idOf(scope: ThrottleScope, value: string): string {
  return createHash('sha256').update(`${scope}:${value}`).digest('hex');
}
