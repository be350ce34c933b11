import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { notify, type Database, type Transaction } from '@guise/persistence';
import { z } from 'zod';
import { Metrics } from '../metrics/metrics.js';
import { Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';
import { PushTimer } from './push-timer.js';

const CHANNEL = 'guise_changes';

/** What running sessions may rest on. */
const ground = z.strictObject({
  consentId: z.string().max(40).optional(),
  avatarId: z.string().max(40).optional(),
  deviceId: z.string().max(40).optional(),
  personId: z.string().max(40).optional(),
  /** A policy that came into force: every session rests on it. */
  policyId: z.string().max(40).optional(),
});
export type Ground = z.infer<typeof ground>;

const change = z.discriminatedUnion('type', [
  /** Something that sessions rest on changed for the worse; `from` is the replica that caused it. */
  z.strictObject({ type: z.literal('ground'), from: z.string().max(40), ground }),
  z.strictObject({
    type: z.literal('session-end'),
    session: z.string().max(40),
    end: z.enum(['revoked', 'suspended', 'closed']),
    reason: z.string().max(60),
  }),
  /** A signing key was made or ended. */
  z.strictObject({ type: z.literal('keys') }),
]);
export type Change = z.infer<typeof change>;

export interface ChangeListener {
  onChange(change: Change): void;
  /** Changes may have been missed. */
  onGap(): void;
}

/** Tells all replicas of what was committed, within milliseconds, and never of what was rolled back. */
@Injectable()
export class ChangeFeed implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** This replica, for others to know its changes from theirs. */
  readonly self: string;
  private readonly listeners = new Set<ChangeListener>();
  private stop: () => Promise<void> = () => Promise.resolve();
  private readonly pushes: PushTimer;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    random: Random,
    metrics: Metrics,
  ) {
    this.pushes = new PushTimer(metrics);
    this.self = Buffer.from(random.bytes(16)).toString('base64url');
  }

  async onApplicationBootstrap(): Promise<void> {
    this.stop = await this.database.listen(CHANNEL, {
      onMessage: (text) => {
        const heard = change.safeParse(parseJson(text));
        if (!heard.success) return;
        for (const listener of this.listeners) listener.onChange(heard.data);
        this.pushes.stop(heard.data);
      },
      onGap: () => {
        for (const listener of this.listeners) listener.onGap();
      },
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.stop();
  }

  listen(listener: ChangeListener): void {
    this.listeners.add(listener);
  }

  announce(tx: Transaction, ...changes: readonly Change[]): Promise<void> {
    for (const each of changes) this.pushes.start(each);
    return notify(
      tx,
      CHANNEL,
      changes.map((each) => JSON.stringify(each)),
    );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
