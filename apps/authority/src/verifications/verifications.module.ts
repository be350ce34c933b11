import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Inject, Module, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { KeyStore } from '../keys/key-store.js';
import { PermitsModule } from '../permits/permits.module.js';
import { LOGGER } from '../ports/tokens.js';
import { ChildMediaAnalyst } from './child-media-analyst.js';
import { Examiner } from './examiner.js';
import { MediaAnalyst } from './media-analyst.js';
import { ProofBuilder } from './proof-builder.js';
import { ReportWriter } from './report-writer.js';
import { SessionArchive } from './session-archive.js';
import { MAX_JOBS, VerificationJobs } from './verification-jobs.js';
import { VerificationRecords } from './verification-records.js';
import { VerificationsController } from './verifications.controller.js';
import { VerificationsService } from './verifications.service.js';

/** The usual is answered while the request waits. For two hours, the longest that is read as a whole, on a slow machine too (README.md has what it takes). */
const TIME_LIMIT_MS = { usual: 110_000, whole: 7_200_000 };
const MEMORY_LIMIT_BYTES = 2 * 2 ** 30;

@Module({
  imports: [PermitsModule],
  controllers: [VerificationsController],
  providers: [
    VerificationsService,
    Examiner,
    ReportWriter,
    VerificationRecords,
    VerificationJobs,
    SessionArchive,
    ProofBuilder,
    {
      provide: MediaAnalyst,
      useFactory: (keys: KeyStore, logger: Logger) =>
        new ChildMediaAnalyst({
          script: compiledWorker(),
          key: () => keys.secret('watermark'),
          logger,
          timeLimitMs: TIME_LIMIT_MS,
          memoryLimitBytes: MEMORY_LIMIT_BYTES,
          maxWaiting: MAX_JOBS,
        }),
      inject: [KeyStore, LOGGER],
    },
  ],
})
export class VerificationsModule implements BeforeApplicationShutdown {
  constructor(
    @Inject(MediaAnalyst) private readonly analyst: MediaAnalyst,
    private readonly jobs: VerificationJobs,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    if (this.analyst instanceof ChildMediaAnalyst) this.analyst.close();
    await this.jobs.settled();
  }
}

/** Beside this file when compiled; in the build folder when this runs from source. */
function compiledWorker(): string {
  const beside = join(import.meta.dirname, 'media-worker.js');
  return existsSync(beside) ? beside : join(import.meta.dirname, '../../dist/verifications/media-worker.js');
}
