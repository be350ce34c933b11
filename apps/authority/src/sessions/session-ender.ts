import { Injectable } from '@nestjs/common';
import { endWearSessions, LedgerOutbox, type Transaction, type WearSessionRecord } from '@guise/persistence';
import { sessionId } from '@guise/protocol';
import { Clock } from '../ports/clock.js';
import { AVATAR_SUSPENDED, type Refusal } from '../permits/wear-grants.js';
import { ChangeFeed } from '../revocations/change-feed.js';
import { StatusLists } from '../status-lists/status-lists.service.js';

/** Ends sessions, each once, with its permits and its ledger entry in the same transaction. */
@Injectable()
export class SessionEnder {
  constructor(
    private readonly clock: Clock,
    private readonly ledger: LedgerOutbox,
    private readonly statusLists: StatusLists,
    private readonly feed: ChangeFeed,
  ) {}

  /** Ends sessions whose permission is gone for the same reasons. @returns the refusals, for the answer */
  async revoke(
    tx: Transaction,
    sessions: readonly Pick<WearSessionRecord, 'id'>[],
    refusals: readonly Refusal[],
  ): Promise<readonly Refusal[]> {
    const [first, ...more] = refusals;
    // What else speaks against it outlasts a suspension.
    const reason = first?.code === AVATAR_SUSPENDED ? (more[0] ?? first) : first;
    await this.end(tx, sessions, 'revoked', reason?.code ?? 'revoked');
    return refusals;
  }

  /** Ends a session at its runtime's word. */
  async close(
    tx: Transaction,
    session: Pick<WearSessionRecord, 'id'>,
    reason: 'finished' | 'revoked' | 'failed',
  ) {
    await this.end(tx, [session], reason === 'revoked' ? 'revoked' : 'closed', reason);
  }

  private async end(
    tx: Transaction,
    sessions: readonly Pick<WearSessionRecord, 'id'>[],
    state: 'revoked' | 'closed',
    reason: string,
  ): Promise<void> {
    const at = this.clock.nowSeconds();
    const ids = sessions.map(({ id }) => id);
    const ended = await endWearSessions(tx, ids, { state, reason, at });
    if (ended.length === 0) return;
    const suspended = reason === AVATAR_SUSPENDED;
    await this.statusLists.end(tx, ended, suspended ? 'suspended' : 'invalid');
    const logged = reason === 'finished' || reason === 'failed' ? reason : 'revoked';
    for (const id of ended) {
      const session = sessionId.parse(id);
      await this.ledger.stage(tx, { v: 1, kind: 'session-closed', at, session, reason: logged });
    }
    const end = suspended ? 'suspended' : state;
    await this.feed.announce(
      tx,
      ...ended.map((session) => ({ type: 'session-end' as const, session, end, reason }) as const),
    );
  }
}
