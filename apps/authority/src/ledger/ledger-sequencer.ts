import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { createSequencer } from '@guise/ledger';
import {
  createLedgerStore,
  withSequencerLock,
  type Database,
  type LedgerStore,
  type PublishedCheckpoint,
} from '@guise/persistence';
import type { Logger } from 'pino';
import { outsideClaims } from '../idempotency/claimed-transactions.js';
import { Metrics } from '../metrics/metrics.js';
import { Clock } from '../ports/clock.js';
import { DATABASE, LOGGER } from '../ports/tokens.js';
import { LedgerKey } from './ledger-key.js';

/** How long staged entries may wait for others before a batch is made of them. */
const BATCH_WINDOW_MS = 100;
const RETRY_MS = 1_000;
/** While another replica sequences: how often and how long to look for its result. */
const FOREIGN_POLL_MS = 25;
const FOREIGN_POLLS = 400;
/** Batches one caller waits for. What is left belongs to callers that came later. */
const MAX_BATCHES = 16;

/** Drives the sequencer: one run at a time here, one sequencer at a time over all replicas. */
@Injectable()
export class LedgerSequencer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private running: Promise<PublishedCheckpoint> | undefined;
  private next: Promise<PublishedCheckpoint> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private readonly store: LedgerStore;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly key: LedgerKey,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {
    this.store = createLedgerStore(database.client);
  }

  /** Finishes what an earlier process left, and signs the empty log of a new authority. */
  async onApplicationBootstrap(): Promise<void> {
    await this.publish();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await Promise.allSettled([this.running, this.next]);
  }

  /** Says that an entry is being staged; its transaction may still be open. */
  wake(afterMs = BATCH_WINDOW_MS): void {
    if (this.stopped || this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.publish().catch((error: unknown) => {
        this.logger.error({ err: error }, 'the ledger could not be extended');
        this.wake(RETRY_MS);
      });
    }, afterMs);
    this.timer.unref();
  }

  /**
   * Publishes every entry whose transaction committed before the call. Callers that come while a batch is being made
   * share the next one.
   */
  publish(): Promise<PublishedCheckpoint> {
    if (this.next !== undefined) return this.next;
    const before = this.running ?? Promise.resolve();
    const run = before.then(
      () => this.start(),
      () => this.start(),
    );
    this.next = run;
    return run;
  }

  private start(): Promise<PublishedCheckpoint> {
    this.next = undefined;
    const run = outsideClaims(() => this.publishStaged()).catch((error: unknown) => {
      this.metrics.countSequencerError();
      throw error;
    });
    this.running = run;
    return run;
  }

  private async publishStaged(): Promise<PublishedCheckpoint> {
    const { runOnce } = createSequencer({
      storage: this.store,
      signer: await this.key.signer(),
      clock: () => this.clock.nowSeconds(),
    });
    for (let batch = 0, polls = 0; batch < MAX_BATCHES;) {
      const checkpoint = await withSequencerLock(this.database, runOnce);
      if (checkpoint === undefined) {
        polls += 1;
        if (polls > FOREIGN_POLLS) throw new Error('another sequencer holds the lock and does not publish');
        await delay(FOREIGN_POLL_MS);
        continue;
      }
      batch += 1;
      if (!(await this.store.hasStaged())) break;
    }
    const published = await this.store.readPublished();
    if (published === null) throw new Error('the sequencer published no checkpoint');
    return published;
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
