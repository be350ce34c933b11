import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Database } from '@guise/persistence';
import type { VerificationId, VerificationProgress } from '@guise/protocol';
import type { Logger } from 'pino';
import type { AuthorityConfig } from '../config.js';
import { ProblemError } from '../http/problem-error.js';
import type { Upload } from '../http/upload.js';
import { Clock } from '../ports/clock.js';
import { CONFIG, DATABASE, LOGGER } from '../ports/tokens.js';
import { JobFolders } from './job-folders.js';
import type { ProgressListener, ReadingProgress } from './media-analyst.js';

/** Recordings that are read as a whole or wait for it; more are refused. */
export const MAX_JOBS = 4;
/** Failures that are remembered with their reason; of older ones it is known only that there is no report. */
const MAX_FAILED = 100;
/** How long a job that was lost is known as such. */
const LOST_KEPT_MS = 7 * 24 * 3_600_000;

interface Job {
  readonly auditor: string;
  progress: ReadingProgress | null;
  readonly failure: Error | null;
}

/** Reads the file at `path` and keeps the report. */
export type JobWork = (path: string, listener: ProgressListener) => Promise<void>;

/**
 * Verifications that take longer than a request may: they go on after it, are asked for by their id, and end with the process.
 * The report of one that is done is stored like any other.
 */
@Injectable()
export class VerificationJobs implements OnApplicationBootstrap {
  private readonly jobs = new Map<VerificationId, Job>();
  private readonly working = new Set<Promise<void>>();
  private readonly folders: JobFolders;

  constructor(
    @Inject(CONFIG) config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Pick<Database, 'presence'>,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly clock: Clock,
  ) {
    this.folders = new JobFolders(join(config.dataDir, 'verifications'));
  }

  /** What a crash left behind goes first. With another process beside this one, what lies there may be its own. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.database.presence.isAlone) await this.folders.sweep(this.clock.nowMs() - LOST_KEPT_MS);
  }

  /** @throws ProblemError `not-ready` when as many as may wait do so */
  requireRoom(): void {
    const open = [...this.jobs.values()].filter(({ failure }) => failure === null);
    if (open.length < MAX_JOBS) return;
    throw new ProblemError('not-ready', {
      detail: 'Other recordings are being read as a whole. Try again in some minutes.',
      headers: { 'retry-after': '300' },
    });
  }

  /** Takes the uploaded file over and begins. @throws ProblemError `not-ready` */
  async start(
    id: VerificationId,
    auditor: string,
    upload: Upload,
    work: JobWork,
  ): Promise<VerificationProgress> {
    this.requireRoom();
    const job: Job = { auditor, progress: null, failure: null };
    this.jobs.set(id, job);
    try {
      const path = await this.folders.create(id, auditor, this.clock.nowMs(), upload.path);
      const done = this.run(id, job, path, work).finally(() => this.working.delete(done));
      this.working.add(done);
      return progressOf(id, job);
    } catch (error) {
      this.jobs.delete(id);
      throw error;
    }
  }

  /**
   * How far an auditor's own job is; null when there is none of this id here.
   * @throws the reason for which it failed
   */
  find(auditor: string, id: VerificationId): VerificationProgress | null {
    const job = this.jobs.get(id);
    if (job?.auditor !== auditor) return null;
    if (job.failure !== null) throw job.failure;
    return progressOf(id, job);
  }

  /** Whether an auditor's job ended with a process, without a report and without a reason that is still known. */
  isLost(auditor: string, id: VerificationId): Promise<boolean> {
    return this.folders.isOf(auditor, id);
  }

  /** Resolves when none is going on any more. */
  async settled(): Promise<void> {
    await Promise.all(this.working);
  }

  /** Never rejects: nobody waits for it. The submitted file goes before anybody hears how it ended. */
  private async run(id: VerificationId, job: Job, path: string, work: JobWork): Promise<void> {
    const failure = await this.attempt(id, job, path, work);
    try {
      await (failure === null ? this.folders.remove(id) : this.folders.dropMedia(id));
    } catch (error) {
      // The next start deletes it.
      this.logger.error({ err: error, id }, 'a submitted file could not be deleted');
    }
    if (failure === null) this.jobs.delete(id);
    else this.fail(id, job, failure);
  }

  /** @returns why it failed; null when the report is there */
  private async attempt(id: VerificationId, job: Job, path: string, work: JobWork): Promise<Error | null> {
    try {
      await work(path, (progress) => {
        job.progress = progress;
      });
      return null;
    } catch (error) {
      if (!(error instanceof ProblemError)) this.logger.error({ err: error, id }, 'a verification failed');
      return error instanceof Error ? error : new Error('unknown', { cause: error });
    }
  }

  private fail(id: VerificationId, job: Job, failure: Error): void {
    this.jobs.delete(id);
    const failed = [...this.jobs].filter(([, other]) => other.failure !== null);
    for (const [oldest] of failed.slice(0, Math.max(0, failed.length - MAX_FAILED + 1)))
      this.jobs.delete(oldest);
    this.jobs.set(id, { ...job, failure });
  }
}

function progressOf(id: VerificationId, { progress }: Job): VerificationProgress {
  const seconds = progress?.materialSeconds ? Math.max(1, Math.ceil(progress.materialSeconds)) : null;
  const read = progress?.secondsRead ?? 0;
  return {
    id,
    state: progress === null ? 'waiting' : 'running',
    secondsRead: seconds === null ? read : Math.min(read, seconds),
    seconds,
  };
}
