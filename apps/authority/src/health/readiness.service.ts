import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Database } from '@guise/persistence';
import { ProblemError } from '../http/problem-error.js';
import { DATABASE } from '../ports/tokens.js';

const PING_TIMEOUT_MS = 2_000;

@Injectable()
export class ReadinessService implements BeforeApplicationShutdown {
  private stopping = false;

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** @throws ProblemError `not-ready` */
  async check(): Promise<{ status: 'ok' }> {
    if (this.stopping) throw new ProblemError('not-ready', { detail: 'The authority is shutting down.' });
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new ProblemError('not-ready', { detail: 'The database does not answer.' }));
      }, PING_TIMEOUT_MS);
    });
    try {
      await Promise.race([this.database.ping(), timeout]);
      return { status: 'ok' };
    } catch {
      throw new ProblemError('not-ready', { detail: 'The database does not answer.' });
    } finally {
      clearTimeout(timer);
    }
  }

  beforeApplicationShutdown(): void {
    this.stopping = true;
  }
}
