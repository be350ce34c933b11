import type { Metrics } from '../metrics/metrics.js';
import type { Change } from './change-feed.js';

/** Ends that were announced and not heard: of transactions that were rolled back, or while the database was away. */
const MAX_WAITING = 10_000;

/** Times the ends of sessions that this process decides: from the announcement to every open stream here having been told. */
export class PushTimer {
  /** Milliseconds of the monotonic clock, by session. */
  private readonly started = new Map<string, number>();

  constructor(private readonly metrics: Pick<Metrics, 'countPush'>) {}

  start(change: Change): void {
    if (change.type !== 'session-end') return;
    const [oldest] = this.started.keys();
    if (this.started.size >= MAX_WAITING && oldest !== undefined) this.started.delete(oldest);
    this.started.set(change.session, performance.now());
  }

  stop(change: Change): void {
    if (change.type !== 'session-end') return;
    const started = this.started.get(change.session);
    if (started === undefined) return;
    this.started.delete(change.session);
    this.metrics.countPush((performance.now() - started) / 1000);
  }
}
