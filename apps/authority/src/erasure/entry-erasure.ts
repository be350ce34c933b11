import { Inject, Injectable } from '@nestjs/common';
import { toLeafRanges, type LedgerPayloadOf } from '@guise/ledger';
import {
  destroyFaceEntries,
  destroyLeaverEntries,
  destroyReports,
  finishLeaver,
  hasLeaverEntries,
  LedgerOutbox,
  listDueLeavers,
  listEndedAvatarsOf,
  type Database,
  type Transaction,
} from '@guise/persistence';
import { AvatarErasure } from '../avatars/avatar-erasure.js';
import { LedgerSequencer } from '../ledger/ledger-sequencer.js';
import { Metrics } from '../metrics/metrics.js';
import { Clock } from '../ports/clock.js';
import { DATABASE } from '../ports/tokens.js';

/** Entries destroyed in one transaction; each batch is named by one entry, whose bound is 5,000 ranges. */
const BATCH = 1_000;
const LEAVERS = 20;

/**
 * Destroys payloads and salts of ledger entries, each batch with the entry that names its places: what is gone and named
 * nowhere raises the alarm of the hourly comparison. The public log keeps its commitments, and every proof of it holds.
 */
@Injectable()
export class EntryErasure {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly ledger: LedgerOutbox,
    private readonly sequencer: LedgerSequencer,
    private readonly avatars: AvatarErasure,
    private readonly metrics: Metrics,
  ) {}

  /** Destroys what the ledger says of erased source faces. What waits for its place in the log is destroyed the next time. */
  async eraseFaces(): Promise<void> {
    await this.sequencer.publish();
    await this.eraseAll('source-face', (tx) => destroyFaceEntries(tx, BATCH));
  }

  /**
   * Destroys what the ledger says about persons who left before a time, and their names. What a crash interrupts goes on the
   * next time.
   * @returns how many persons nothing is left of
   */
  async eraseLeavers(leftBefore: Date): Promise<number> {
    let erased = 0;
    for (;;) {
      const due = await listDueLeavers(this.database.client, leftBefore, LEAVERS);
      let finished = 0;
      for (const person of due) {
        // Their last entries, which are destroyed with all the others.
        await this.eraseAvatars(person);
        await this.sequencer.publish();
        await this.eraseAll('leaver', (tx) => destroyLeaverEntries(tx, person, BATCH));
        if (await this.finish(person)) finished += 1;
      }
      erased += finished;
      // Whoever could not be finished would be first in the list again.
      if (due.length < LEAVERS || finished === 0) return erased;
    }
  }

  private async eraseAvatars(person: string): Promise<void> {
    for (const avatar of await listEndedAvatarsOf(this.database.client, person))
      await this.avatars.eraseInTime(avatar);
  }

  private finish(person: string): Promise<boolean> {
    return this.database.transaction(async (tx) =>
      (await hasLeaverEntries(tx, person)) ? false : finishLeaver(tx, person, this.clock.now()),
    );
  }

  private async eraseAll(
    why: LedgerPayloadOf<'entries-erased'>['why'],
    destroy: (tx: Transaction) => Promise<readonly number[]>,
  ): Promise<void> {
    for (;;) {
      const places = await this.database.transaction(async (tx) => {
        const destroyed = await destroy(tx);
        if (destroyed.length > 0) await this.nameDestroyed(tx, why, destroyed);
        return destroyed;
      });
      this.metrics.countErased(why, places.length);
      if (places.length < BATCH) return;
    }
  }

  private async nameDestroyed(
    tx: Transaction,
    why: LedgerPayloadOf<'entries-erased'>['why'],
    places: readonly number[],
  ): Promise<void> {
    await destroyReports(tx, places);
    const ranges = toLeafRanges(places).map(([first, last]): [number, number] => [first, last]);
    await this.ledger.stage(tx, { v: 1, kind: 'entries-erased', at: this.clock.nowSeconds(), why, ranges });
  }
}
