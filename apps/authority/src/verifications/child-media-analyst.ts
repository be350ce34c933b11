import { fork, type ChildProcess } from 'node:child_process';
import type { Logger } from 'pino';
import {
  AnalystError,
  MediaAnalyst,
  type EvidenceLookup,
  type MediaReading,
  type ProgressListener,
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
  /** Files read or waiting for their turn in one lane; more are refused. */
  readonly maxWaiting: number;
}

/** What a worker is answered and heard with, and for how long. */
interface Conversation {
  readonly lookup: EvidenceLookup;
  readonly listener: ProgressListener;
  readonly limitMs: number;
}

const MIB = 2 ** 20;
/** A report holds no more. */
const MAX_SECONDS = 19_000;

/** Files that are read one after another. */
interface Lane {
  last: Promise<unknown>;
  waiting: number;
}

/**
 * Analyses in a process per file, each under limits of time and memory. One at a time of those that are read as a whole, and
 * one of the others, which do not wait for them. Whatever ends a process ends its file with an error and nothing else: the
 * next file has a process of its own.
 */
export class ChildMediaAnalyst extends MediaAnalyst {
  private readonly lanes: Readonly<Record<'usual' | 'whole', Lane>> = {
    usual: { last: Promise.resolve(), waiting: 0 },
    whole: { last: Promise.resolve(), waiting: 0 },
  };
  private readonly children = new Set<ChildProcess>();
  private closed = false;

  constructor(private readonly options: ChildMediaAnalystOptions) {
    super();
  }

  override analyse(
    task: Task,
    lookup: EvidenceLookup,
    listener: ProgressListener = () => undefined,
  ): Promise<MediaReading> {
    const lane = this.lanes[task.whole ? 'whole' : 'usual'];
    if (lane.waiting >= this.options.maxWaiting) {
      return Promise.reject(new AnalystError('busy', 'Others are being verified. Try again in a minute.'));
    }
    lane.waiting += 1;
    const result = lane.last
      .then(() => this.run(task, lookup, listener))
      .finally(() => {
        lane.waiting -= 1;
      });
    lane.last = result.catch(() => undefined);
    return result;
  }

  close(): void {
    this.closed = true;
    for (const child of this.children) end(child);
  }

  private async run(task: Task, lookup: EvidenceLookup, listener: ProgressListener): Promise<MediaReading> {
    const key = await this.options.key();
    if (this.closed) throw new AnalystError('failed', 'The service is stopping.');
    const child = this.start();
    this.children.add(child);
    try {
      const { timeLimitMs } = this.options;
      const limitMs = task.whole ? timeLimitMs.whole : timeLimitMs.usual;
      return await this.converse(child, { say: 'analyse', ...task, key }, { lookup, listener, limitMs });
    } finally {
      this.children.delete(child);
      end(child);
    }
  }

  private converse(
    child: ChildProcess,
    task: ToWorker,
    { lookup, listener, limitMs }: Conversation,
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
        else if (message.say === 'progress') listener(message);
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
