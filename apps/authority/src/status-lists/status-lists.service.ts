import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { STATUS_LIST_SIZE, type PermitStatus } from '@guise/permit';
import {
  countStatusEntries,
  deleteStatusLists,
  findOpenStatusList,
  insertDecoys,
  insertStatusList,
  listOpenStatusLists,
  markSessionPermits,
  sealStatusList,
  type Database,
  type StatusValue,
  type Transaction,
} from '@guise/persistence';
import { PERMIT_MAX_SECONDS } from '@guise/protocol';
import type { Logger } from 'pino';
import type { AuthorityConfig } from '../config.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { sweepEvery, type Sweeps } from '../ports/sweeps.js';
import { CONFIG, DATABASE, LOGGER } from '../ports/tokens.js';

/** Above this share, and after this time, permits go into a new list. */
const FULL_SHARE = 1 / 2;
const OPEN_DAYS = 30;
/** A sealed list is served until its last permit has ended, and for as long again as it was open. */
const KEPT_DAYS = 30;
const DAY_MS = 24 * 3600 * 1000;
const SWEEP_MS = 60_000;
/** Entries of a new list that are ended from the start, at least; up to twice as many are drawn. */
const FIRST_DECOYS = 512;
/** At most this many entries more end together with a session's permits. */
const MORE_DECOYS = 3;

const VALUES: Readonly<Record<PermitStatus, StatusValue>> = { valid: 0, invalid: 1, suspended: 2 };

/** Where in a status list a permit stands. */
export interface StatusPlace {
  readonly listId: string;
  readonly index: number;
  /** What the permit names. */
  readonly uri: string;
}

/**
 * The status lists of permits. Indexes are drawn at random and some of what is ended never was a permit, so that a list
 * tells neither how many permits there are nor which of them belong together.
 */
@Injectable()
export class StatusLists implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private open: Promise<string> | undefined;
  private sweeps: Sweeps | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  onApplicationBootstrap(): void {
    this.sweeps = sweepEvery(
      SWEEP_MS,
      () => this.sweep(),
      (error) => {
        this.logger.error({ err: error }, 'status lists could not be swept');
      },
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sweeps?.stop();
  }

  uriOf(listId: string): string {
    return `${this.config.publicUrl}/v1/status-lists/${listId}`;
  }

  /** The list that takes permits now. Asked outside of transactions: it may have to be made. */
  current(): Promise<string> {
    if (this.open !== undefined) return this.open;
    const opening = this.openList();
    this.open = opening;
    opening.catch(() => {
      this.open = undefined;
    });
    return opening;
  }

  /** Draws a random place. Others may have it: it is taken by storing a permit there, or drawn anew. */
  draw(listId: string): StatusPlace {
    return { listId, index: this.drawBelow(STATUS_LIST_SIZE), uri: this.uriOf(listId) };
  }

  /** Ends what is left of the sessions' permits. */
  async end(
    tx: Transaction,
    sessionIds: readonly string[],
    status: Exclude<PermitStatus, 'valid'>,
  ): Promise<void> {
    for (const listId of await markSessionPermits(tx, sessionIds, VALUES[status], this.clock.now())) {
      await insertDecoys(tx, listId, this.drawDecoys(this.drawBelow(MORE_DECOYS + 1)));
    }
  }

  /** Seals lists that are full or old, and deletes those that nobody needs any more. @param full entries in use */
  async sweep(full = STATUS_LIST_SIZE * FULL_SHARE): Promise<void> {
    const { client } = this.database;
    for (const { id, createdAt } of await listOpenStatusLists(client)) {
      const old = this.clock.nowMs() - createdAt.getTime() >= OPEN_DAYS * DAY_MS;
      if (old || (await countStatusEntries(client, id)) >= full) {
        await sealStatusList(client, id, this.clock.now());
      }
    }
    // Another replica that has not noticed yet puts permits into a sealed list for one sweep more.
    const servedMs = KEPT_DAYS * DAY_MS + PERMIT_MAX_SECONDS * 1000 + 2 * SWEEP_MS;
    await deleteStatusLists(client, new Date(this.clock.nowMs() - servedMs));
    this.open = undefined;
  }

  private async openList(): Promise<string> {
    const known = await findOpenStatusList(this.database.client);
    if (known !== null) return known;
    const id = Buffer.from(this.random.bytes(16)).toString('base64url');
    await this.database.transaction(async (tx) => {
      await insertStatusList(tx, id, this.clock.now());
      await insertDecoys(tx, id, this.drawDecoys(FIRST_DECOYS + this.drawBelow(FIRST_DECOYS)));
    });
    return id;
  }

  private drawDecoys(count: number): { readonly index: number; readonly status: StatusValue }[] {
    return Array.from({ length: count }, () => ({
      index: this.drawBelow(STATUS_LIST_SIZE),
      status: this.drawBelow(4) === 0 ? 2 : 1,
    }));
  }

  /** @param limit a power of two up to 2^24, so that no value is likelier */
  private drawBelow(limit: number): number {
    return Buffer.from(this.random.bytes(3)).readUIntBE(0, 3) % limit;
  }
}
