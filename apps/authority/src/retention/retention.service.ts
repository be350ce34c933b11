import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { LedgerPayloadOf } from '@guise/ledger';
import {
  forgetConsentRequests,
  forgetDecisions,
  forgetIdempotencyKeys,
  LedgerOutbox,
  listEndedAvatars,
  readPolicyInForce,
  type Database,
  type Transaction,
} from '@guise/persistence';
import type { Logger } from 'pino';
import { AvatarErasure } from '../avatars/avatar-erasure.js';
import { EntryErasure } from '../erasure/entry-erasure.js';
import { Clock } from '../ports/clock.js';
import { sweepEvery, type Sweeps } from '../ports/sweeps.js';
import { DATABASE, LOGGER } from '../ports/tokens.js';

const SWEEP_MS = 3_600_000;
const DAY_MS = 86_400_000;
const BATCH = 100;

type Kept = LedgerPayloadOf<'retention'>['what'];

/** The policy's retention periods run by themselves; what they destroy leaves a count in the ledger. */
@Injectable()
export class RetentionService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private sweeps: Sweeps | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly clock: Clock,
    private readonly ledger: LedgerOutbox,
    private readonly erasure: AvatarErasure,
    private readonly entries: EntryErasure,
  ) {}

  onApplicationBootstrap(): void {
    this.sweeps = sweepEvery(
      SWEEP_MS,
      () => this.sweep(),
      (error) => {
        this.logger.error({ err: error }, 'what is past its retention period could not be destroyed');
      },
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sweeps?.stop();
  }

  /** Destroys everything that is past its period. */
  async sweep(): Promise<void> {
    const { policy, version } = await readPolicyInForce(this.database.client);
    const { endedAvatarDays, consentRequestDays, decisionDays, leaverDays } = policy.retention;
    await this.eraseAvatars(this.daysAgo(endedAvatarDays), version);
    const requestsBefore = this.daysAgo(consentRequestDays);
    await this.database.transaction(async (tx) => {
      const count = await forgetConsentRequests(tx, requestsBefore);
      await this.log(tx, 'consent-requests', count, requestsBefore, version);
    });
    const decisionsBefore = this.daysAgo(decisionDays);
    await this.database.transaction(async (tx) => {
      const count = await forgetDecisions(tx, decisionsBefore);
      await this.log(tx, 'decisions', count, decisionsBefore, version);
    });
    await forgetIdempotencyKeys(this.database.client, this.clock.now());
    await this.entries.eraseFaces();
    const leftBefore = this.daysAgo(leaverDays);
    const leavers = await this.entries.eraseLeavers(leftBefore);
    await this.database.transaction((tx) => this.log(tx, 'records-of-leavers', leavers, leftBefore, version));
  }

  private async eraseAvatars(before: Date, policyVersion: number): Promise<void> {
    let count = 0;
    for (;;) {
      const ended = await listEndedAvatars(this.database.client, before, BATCH);
      for (const id of ended) if (await this.erasure.eraseInTime(id)) count += 1;
      if (ended.length < BATCH) break;
    }
    await this.database.transaction((tx) => this.log(tx, 'avatar-bundles', count, before, policyVersion));
  }

  private async log(
    tx: Transaction,
    what: Kept,
    count: number,
    before: Date,
    policyVersion: number,
  ): Promise<void> {
    if (count === 0) return;
    const at = this.clock.nowSeconds();
    const seconds = Math.floor(before.getTime() / 1000);
    await this.ledger.stage(tx, { v: 1, kind: 'retention', at, what, count, before: seconds, policyVersion });
  }

  private daysAgo(days: number): Date {
    return new Date(this.clock.nowMs() - days * DAY_MS);
  }
}
