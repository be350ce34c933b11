import { fork, type ChildProcess } from 'node:child_process';
import type { Logger } from 'pino';
import { AnalystError, MediaAnalyst, type EvidenceLookup, type SecondReading } from './media-analyst.js';
import { fromWorker, type ToWorker } from './worker-messages.js';

export interface ChildMediaAnalystOptions {
  /** Compiled `media-worker.js`. */
  readonly script: string;
  /** The organisation's marking key. */
  readonly key: () => Promise<Uint8Array>;
  readonly logger: Logger;
  /** A file that takes longer is given up with its process. */
  readonly timeLimitMs: number;
  /** Files waiting for their turn; more are refused. */
  readonly maxWaiting: number;
}

/** Analyses in a process per file, one at a time, each under a time limit. */
export class ChildMediaAnalyst extends MediaAnalyst {
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private child: ChildProcess | undefined;

  constructor(private readonly options: ChildMediaAnalystOptions) {
    super();
  }

  override analyse(path: string, lookup: EvidenceLookup): Promise<readonly SecondReading[]> {
    if (this.waiting >= this.options.maxWaiting) {
      return Promise.reject(new AnalystError('busy', 'Others are being verified. Try again in a minute.'));
    }
    this.waiting += 1;
    const result = this.last
      .then(() => this.run(path, lookup))
      .finally(() => {
        this.waiting -= 1;
      });
    this.last = result.catch(() => undefined);
    return result;
  }

  close(): void {
    this.child?.kill('SIGKILL');
  }

  private async run(path: string, lookup: EvidenceLookup): Promise<readonly SecondReading[]> {
    const child = this.start();
    this.child = child;
    try {
      return await this.converse(child, { say: 'analyse', path, key: await this.options.key() }, lookup);
    } finally {
      this.child = undefined;
      child.kill('SIGKILL');
    }
  }

  private converse(
    child: ChildProcess,
    task: ToWorker,
    lookup: EvidenceLookup,
  ): Promise<readonly SecondReading[]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new AnalystError('too-slow', 'Reading it took too long. Send a shorter part.'));
      }, this.options.timeLimitMs);
      const fail = (): void => {
        reject(new AnalystError('failed', 'It could not be read here.'));
      };
      child.on('exit', fail);
      child.on('exit', () => {
        clearTimeout(timer);
      });
      child.on('message', (raw) => {
        const message = fromWorker.safeParse(raw).data;
        if (message === undefined) fail();
        else if (message.say === 'readings') resolve(message.readings);
        else if (message.say === 'refused') reject(new AnalystError(message.code, message.advice));
        else answerWith(child, message.session, lookup).catch(fail);
      });
      child.send(task);
    });
  }

  private start(): ChildProcess {
    const { script, logger } = this.options;
    const child = fork(script, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      logger.warn({ worker: chunk.toString('utf8').slice(0, 2000) }, 'media worker');
    });
    child.on('error', (error) => {
      logger.error({ err: error }, 'media worker could not start');
    });
    child.unref();
    return child;
  }
}

async function answerWith(child: ChildProcess, session: number, lookup: EvidenceLookup): Promise<void> {
  const message: ToWorker = { say: 'evidence', session, evidence: await lookup(session) };
  child.send(message);
}
