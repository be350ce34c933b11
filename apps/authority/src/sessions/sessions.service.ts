import { Inject, Injectable } from '@nestjs/common';
import { lockWearSession, touchWearSession, type Database, type WearSessionRecord } from '@guise/persistence';
import type { DevicePrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { isGrant, WearGrants } from '../permits/wear-grants.js';
import { Clock } from '../ports/clock.js';
import { DATABASE } from '../ports/tokens.js';
import { SessionEnder } from './session-ender.js';

/** How long a runtime may go on without another answer (DESIGN §4). */
export const LEASE_SECONDS = 15;

/** Running sessions, each only for the device that opened it. */
@Injectable()
export class SessionsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly grants: WearGrants,
    private readonly ender: SessionEnder,
  ) {}

  /**
   * Whether the session may go on. Decided anew from consent, approvals, device and face, so a withdrawal takes effect
   * at the next question, whoever caused it.
   */
  async lease(device: DevicePrincipal, id: string) {
    const { session, outcome } = await this.database.statements.transaction(async (sql) => {
      const decided = requireOwn(await this.grants.decideSession(sql, id, device));
      if (decided.session.state === 'live' && isGrant(decided.outcome)) {
        await touchWearSession(sql, id, this.clock.nowSeconds());
      }
      return decided;
    });
    if (session.state !== 'live') return this.answer(session.state, session.reason ?? session.state);
    if (isGrant(outcome)) return this.answer('live');
    // What was refused once does not go on, whatever was restored meanwhile.
    await this.database.transaction((tx) => this.ender.revoke(tx, [session], outcome));
    return this.answer('revoked', outcome[0]?.code ?? 'revoked');
  }

  /** Ends the session; ending it twice changes nothing. */
  async close(device: DevicePrincipal, id: string, reason: 'finished' | 'revoked' | 'failed'): Promise<void> {
    await this.database.transaction(async (tx) => {
      const session = requireOwn(await lockWearSession(tx, id, device.deviceId));
      await this.ender.close(tx, session, reason);
    });
  }

  private answer(state: WearSessionRecord['state'], reason?: string) {
    return {
      state,
      ...(reason === undefined ? {} : { reason }),
      leaseSeconds: LEASE_SECONDS,
      serverTime: this.clock.nowSeconds(),
    };
  }
}

function requireOwn<T>(found: T | null): T {
  if (found === null) throw new ProblemError('not-found');
  return found;
}
