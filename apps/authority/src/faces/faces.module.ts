import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Global, Inject, Module, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import type { AuthorityConfig } from '../config.js';
import { CONFIG, LOGGER } from '../ports/tokens.js';
import { ChildFaceJudge } from './child-face-judge.js';
import { FaceJudge } from './face-judge.js';
import { SourceFaces } from './source-faces.js';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const TIME_LIMIT_MS = 110_000;
const MAX_WAITING = 8;
const IDLE_MS = 60_000;

/** What a test may bring instead of the child process. */
export const FACE_JUDGE_OVERRIDE = Symbol('FaceJudgeOverride');

@Global()
@Module({
  providers: [
    SourceFaces,
    {
      provide: FaceJudge,
      useFactory: (config: AuthorityConfig, logger: Logger, override: FaceJudge | null) =>
        override ?? startChildJudge(config, logger),
      inject: [CONFIG, LOGGER, FACE_JUDGE_OVERRIDE],
    },
  ],
  exports: [FaceJudge, SourceFaces],
})
export class FacesModule implements BeforeApplicationShutdown {
  constructor(@Inject(FaceJudge) private readonly judge: FaceJudge) {}

  beforeApplicationShutdown(): void {
    if (this.judge instanceof ChildFaceJudge) this.judge.close();
  }
}

function startChildJudge(config: AuthorityConfig, logger: Logger): ChildFaceJudge {
  return new ChildFaceJudge({
    script: compiledWorker(),
    models: { manifestPath: join(REPOSITORY, 'models/manifest.json'), cacheDir: config.modelsDir },
    logger,
    timeLimitMs: TIME_LIMIT_MS,
    maxWaiting: MAX_WAITING,
    idleMs: IDLE_MS,
  });
}

/** Beside this file when compiled; in the build folder when this runs from source. */
export function compiledWorker(): string {
  const beside = join(import.meta.dirname, 'face-worker.js');
  return existsSync(beside) ? beside : join(import.meta.dirname, '../../dist/faces/face-worker.js');
}
