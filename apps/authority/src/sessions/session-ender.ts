import { Injectable } from '@nestjs/common';
import { endWearSession, LedgerOutbox, type Transaction, type WearSessionRecord } from '@guise/persistence';
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

  /** Ends a session whose permission is gone. @returns the refusals, for the answer */
  async revoke(
    tx: Transaction,
    session: Pick<WearSessionRecord, 'id'>,
    refusals: readonly Refusal[],
  ): Promise<readonly Refusal[]> {
    const [first, ...more] = refusals;
    // What else speaks against it outlasts a suspension.
    const reason = first?.code === AVATAR_SUSPENDED ? (more[0] ?? first) : first;
    await this.end(tx, session.id, 'revoked', reason?.code ?? 'revoked');
    return refusals;
  }

  /** Ends a session at its runtime's word. */
  async close(
    tx: Transaction,
    session: Pick<WearSessionRecord, 'id'>,
    reason: 'finished' | 'revoked' | 'failed',
  ) {
    await this.end(tx, session.id, reason === 'revoked' ? 'revoked' : 'closed', reason);
  }

  private async end(tx: Transaction, id: string, state: 'revoked' | 'closed', reason: string): Promise<void> {
    const at = this.clock.nowSeconds();
    if (!(await endWearSession(tx, id, { state, reason, at }))) return;
    const suspended = reason === AVATAR_SUSPENDED;
    await this.statusLists.end(tx, id, suspended ? 'suspended' : 'invalid');
    const end = suspended ? 'suspended' : state;
    await this.feed.announce(tx, { type: 'session-end', session: id, end, reason });
    const logged = reason === 'finished' || reason === 'failed' ? reason : 'revoked';
    await this.ledger.stage(tx, {
      v: 1,
      kind: 'session-closed',
      at,
      session: sessionId.parse(id),
      reason: logged,
    });
  }
}
