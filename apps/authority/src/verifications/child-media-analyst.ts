import { fork, type ChildProcess } from 'node:child_process';
import type { Logger } from 'pino';
import {
  AnalystError,
  MediaAnalyst,
  type EvidenceLookup,
  type MediaReading,
  type SecondReading,
  type Task,
} from './media-analyst.js';
import { MEMORY_SIGNAL } from './memory-guard.js';
import { fromWorker, type ToWorker } from './worker-messages.js';

export interface ChildMediaAnalystOptions {
  /** Compiled `media-worker.js`. */
  readonly script: string;
  /** The organisation's marking key. */
  readonly key: () => Promise<Uint8Array>;
  readonly logger: Logger;
  /** A file that takes longer is given up with its process; one that is read as a whole may take longer. */
  readonly timeLimitMs: { readonly usual: number; readonly whole: number };
  /** A process that uses more memory ends. */
  readonly memoryLimitBytes: number;
  /** Files waiting for their turn; more are refused. */
  readonly maxWaiting: number;
}

const MIB = 2 ** 20;
/** A report holds no more. */
const MAX_SECONDS = 19_000;

/**
 * Analyses in a process per file, one at a time, each under limits of time and memory. Whatever ends a process ends its file
 * with an error and nothing else: the next file has a process of its own.
 */
export class ChildMediaAnalyst extends MediaAnalyst {
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private child: ChildProcess | undefined;
  private closed = false;

  constructor(private readonly options: ChildMediaAnalystOptions) {
    super();
  }

  override analyse(task: Task, lookup: EvidenceLookup): Promise<MediaReading> {
    if (this.waiting >= this.options.maxWaiting) {
      return Promise.reject(new AnalystError('busy', 'Others are being verified. Try again in a minute.'));
    }
    this.waiting += 1;
    const result = this.last
      .then(() => this.run(task, lookup))
      .finally(() => {
        this.waiting -= 1;
      });
    this.last = result.catch(() => undefined);
    return result;
  }

  close(): void {
    this.closed = true;
    if (this.child !== undefined) end(this.child);
  }

  private async run(task: Task, lookup: EvidenceLookup): Promise<MediaReading> {
    const key = await this.options.key();
    if (this.closed) throw new AnalystError('failed', 'The service is stopping.');
    const child = this.start();
    this.child = child;
    try {
      const { timeLimitMs } = this.options;
      const limitMs = task.whole ? timeLimitMs.whole : timeLimitMs.usual;
      return await this.converse(child, { say: 'analyse', ...task, key }, lookup, limitMs);
    } finally {
      this.child = undefined;
      end(child);
    }
  }

  private converse(
    child: ChildProcess,
    task: ToWorker,
    lookup: EvidenceLookup,
    limitMs: number,
  ): Promise<MediaReading> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new AnalystError('too-slow', 'Reading it took too long. Send a shorter part.'));
      }, limitMs);
      const fail = (): void => {
        reject(new AnalystError('failed', 'It could not be read here.'));
      };
      child.on('error', fail);
      child.on('exit', (_, signal) => {
        clearTimeout(timer);
        // SIGABRT: the heap that Node bounds itself.
        if (signal === MEMORY_SIGNAL || signal === 'SIGABRT')
          reject(new AnalystError('too-heavy', 'Reading it took too much memory. Send a smaller picture.'));
        else fail();
      });
      const seconds: SecondReading[] = [];
      child.on('message', (raw) => {
        const message = fromWorker.safeParse(raw).data;
        if (message === undefined || seconds.length > MAX_SECONDS) fail();
        else if (message.say === 'seconds') seconds.push(...message.seconds);
        else if (message.say === 'reading')
          resolve({ ...message, seconds: [...seconds, ...message.seconds] });
        else if (message.say === 'refused') reject(new AnalystError(message.code, message.advice));
        else answerWith(child, message.session, lookup).catch(fail);
      });
      child.send(task);
    });
  }

  private start(): ChildProcess {
    const { script, logger, memoryLimitBytes } = this.options;
    const child = fork(script, [String(memoryLimitBytes)], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [`--max-old-space-size=${String(Math.ceil(memoryLimitBytes / MIB))}`],
      // A process group of its own: its decoders end with it.
      detached: process.platform !== 'win32',
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

/**
 * Ends a worker with the decoders that it started. One that has exited is left alone: its number may be another process's by
 * now. Decoders that outlived it end by themselves, for nobody reads what they write.
 */
function end(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (process.platform === 'win32') {
    child.kill('SIGKILL');
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It exited just now; until Node has seen that, nobody else has its number.
  }
}

async function answerWith(child: ChildProcess, session: number, lookup: EvidenceLookup): Promise<void> {
  const message: ToWorker = { say: 'evidence', session, evidence: await lookup(session) };
  child.send(message);
}
