import { fork, type ChildProcess } from 'node:child_process';
import type { Logger } from 'pino';
import type { z } from 'zod';
import {
  FaceJudge,
  JudgeError,
  type CaptureVerdict,
  type MeshPlace,
  type PictureVerdict,
  type PortraitVerdict,
} from './face-judge.js';
import type { ModelFiles } from './vision-face-judge.js';
import {
  captureVerdict,
  pictureVerdict,
  portraitVerdict,
  workerAnswer,
  type WorkerTask,
} from './worker-protocol.js';

export interface ChildFaceJudgeOptions {
  /** Compiled `face-worker.js`. */
  readonly script: string;
  readonly models: ModelFiles;
  readonly logger: Logger;
  /** A task that takes longer is ended with its process. */
  readonly timeLimitMs: number;
  /** Tasks waiting for their turn; more are refused. */
  readonly maxWaiting: number;
  /** A process without work ends after this long and gives its memory back. */
  readonly idleMs: number;
}

/** Judges in a child process, one task at a time, each under a time limit. */
export class ChildFaceJudge extends FaceJudge {
  private child: ChildProcess | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private nextId = 1;
  private idle: NodeJS.Timeout | undefined;

  constructor(private readonly options: ChildFaceJudgeOptions) {
    super();
  }

  override judgeCapture(path: string): Promise<CaptureVerdict> {
    return this.enqueue({ task: 'capture', path }, captureVerdict);
  }

  override judgePicture(picture: Uint8Array, mesh: MeshPlace): Promise<PictureVerdict> {
    return this.enqueue({ task: 'picture', picture, mesh }, pictureVerdict);
  }

  override judgePortrait(picture: Uint8Array): Promise<PortraitVerdict> {
    return this.enqueue({ task: 'portrait', picture }, portraitVerdict);
  }

  close(): void {
    clearTimeout(this.idle);
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }

  private enqueue<T>(task: WorkerTask, schema: z.ZodType<T>): Promise<T> {
    if (this.waiting >= this.options.maxWaiting) {
      return Promise.reject(new JudgeError('busy', 'Others are being judged. Try again in a minute.'));
    }
    this.waiting += 1;
    const result = this.last
      .then(() => this.run(task, schema))
      .finally(() => {
        this.waiting -= 1;
      });
    this.last = result.catch(() => undefined);
    return result;
  }

  private async run<T>(task: WorkerTask, schema: z.ZodType<T>): Promise<T> {
    clearTimeout(this.idle);
    const child = this.child ?? this.start();
    try {
      return schema.parse(await this.ask(child, task));
    } finally {
      this.idle = setTimeout(() => {
        this.close();
      }, this.options.idleMs);
      this.idle.unref();
    }
  }

  private ask(child: ChildProcess, task: WorkerTask): Promise<unknown> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // The next task starts a fresh process; this one may take a moment to be gone.
        this.close();
        settle(() => {
          reject(new JudgeError('too-slow', 'Judging it took too long. Record a shorter clip.'));
        });
      }, this.options.timeLimitMs);
      const onMessage = (message: unknown): void => {
        const parsed = workerAnswer.safeParse(message);
        if (!parsed.success || parsed.data.id !== id) return;
        const answer = parsed.data;
        settle(() => {
          if (answer.outcome === 'verdict') resolve(answer.verdict);
          else reject(new JudgeError(answer.code, answer.advice));
        });
      };
      const onExit = (): void => {
        settle(() => {
          reject(new JudgeError('failed', 'It could not be judged here.'));
        });
      };
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        finish();
      };
      child.on('message', onMessage);
      child.on('exit', onExit);
      child.send({ id, ...task });
    });
  }

  private start(): ChildProcess {
    const { script, models, logger } = this.options;
    const child = fork(script, [models.manifestPath, models.cacheDir], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      logger.warn({ worker: chunk.toString('utf8').slice(0, 2000) }, 'face worker');
    });
    child.on('error', (error) => {
      logger.error({ err: error }, 'face worker could not start');
    });
    child.on('exit', () => {
      if (this.child === child) this.child = undefined;
    });
    child.unref();
    this.child = child;
    return child;
  }
}
