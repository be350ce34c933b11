import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { decideExpiry } from '@guise/consent';
import { expireConsentRequests, listOverdueAvatars, lockAvatar, type Database } from '@guise/persistence';
import type { Logger } from 'pino';
import { Clock } from '../ports/clock.js';
import { sweepEvery, type Sweeps } from '../ports/sweeps.js';
import { DATABASE, LOGGER } from '../ports/tokens.js';
import { AvatarChanges } from './avatar-changes.js';

const SWEEP_MS = 30_000;
const BATCH = 100;

/** Time ends consents. Permits look at the period themselves; this keeps the registry and the ledger true. */
@Injectable()
export class ExpiryService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private sweeps: Sweeps | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly clock: Clock,
    private readonly changes: AvatarChanges,
  ) {}

  onApplicationBootstrap(): void {
    this.sweeps = sweepEvery(
      SWEEP_MS,
      () => this.sweep(),
      (error) => {
        this.logger.error({ err: error }, 'expired consents could not be swept');
      },
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sweeps?.stop();
  }

  /** Expires every avatar whose consent has ended, and every request that nobody answered. */
  async sweep(): Promise<void> {
    const now = this.clock.now();
    await expireConsentRequests(this.database.client, now);
    for (const id of await listOverdueAvatars(this.database.client, now, BATCH)) {
      await this.database.transaction(async (tx) => {
        const avatar = await lockAvatar(tx, id);
        const decision = avatar === null ? null : decideExpiry(avatar, this.clock.nowSeconds());
        if (avatar !== null && decision !== null) await this.changes.store(tx, avatar, decision.next, null);
      });
    }
  }
}
