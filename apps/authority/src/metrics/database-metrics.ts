import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { readLedgerLag, type Database } from '@guise/persistence';
import type { Logger } from 'pino';
import { Gauge } from 'prom-client';
import { Clock } from '../ports/clock.js';
import { DATABASE, LOGGER } from '../ports/tokens.js';
import { Metrics } from './metrics.js';

/** What is asked of the database when metrics are collected, and of its connections. */
@Injectable()
export class DatabaseMetrics implements OnModuleInit {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    const counted = (name: 'open' | 'idle' | 'waiting') => () => this.database.connections()?.[name] ?? null;
    this.metrics.watch(
      'guise_database_connections',
      'Connections to the database that are open',
      counted('open'),
    );
    this.metrics.watch(
      'guise_database_connections_idle',
      'Open connections that nothing uses',
      counted('idle'),
    );
    this.metrics.watch('guise_database_waiting', 'Requests that wait for a connection', counted('waiting'));
    this.watchLedger();
  }

  private watchLedger(): void {
    const registers = [this.metrics.registry];
    const staged = new Gauge({
      name: 'guise_ledger_entries_staged',
      help: 'Entries that wait for their place in the log',
      registers,
    });
    const age = new Gauge({
      name: 'guise_ledger_oldest_staged_seconds',
      help: 'Age of the oldest entry that waits for its place: how far the log lags behind',
      registers,
    });
    const published = new Gauge({
      name: 'guise_ledger_entries_published',
      help: 'Entries in the newest published checkpoint',
      registers,
    });
    const up = new Gauge({
      name: 'guise_database_up',
      help: 'Whether the database answered when the metrics were collected; without it the ledger is not known',
      registers,
    });
    this.metrics.beforeText(async () => {
      try {
        const lag = await readLedgerLag(this.database.client);
        const oldest = lag.oldestStagedAt?.getTime() ?? this.clock.nowMs();
        staged.set(lag.staged);
        age.set(Math.max(0, this.clock.nowMs() - oldest) / 1000);
        published.set(lag.published);
        up.set(1);
      } catch (error) {
        this.logger.warn({ err: error }, 'the database did not answer for the metrics');
        for (const gauge of [staged, age, published]) gauge.remove();
        up.set(0);
      }
    });
  }
}
