import type { ChildProcess, ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { i420Bytes } from '@guise/frame';
import { abortedError, exitOf, isMissing, missingTool, spawnFedTool, spawnTool } from './child.js';
import { FrameReader } from './frame-reader.js';
import type { PictureSize } from './types.js';

const DEFAULT_READ_AHEAD = 2;
const DEFAULT_STALL_MS = 30_000;

export interface FrameRun {
  readonly program: string;
  readonly args: readonly string[];
  /** Words of a first run of the program, whose output this one reads as its standard input. */
  readonly feed?: readonly string[] | undefined;
  /** Size of the I420 pictures that the program writes to its output. */
  readonly size: PictureSize;
  readonly readAhead?: number | undefined;
  /** A picture is read only until the next one is asked for: its memory is used again. */
  readonly lends?: boolean | undefined;
  readonly stallMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A running decoder that writes I420 pictures. */
export interface FrameProcess {
  readonly stderr: Readable;
  /** The next picture; null at the end. @throws MediaError `stalled`, `aborted`, `ffmpeg-missing` */
  next(stallMs?: number): Promise<Uint8Array | null>;
  /** After the last picture: exit code, and bytes of a last picture that never became whole. */
  ended(): Promise<{ readonly code: number; readonly leftoverBytes: number }>;
  /** Ends it, wherever it is. */
  stop(): Promise<void>;
}

/** Starts a decoder; memory on our side is bounded by `readAhead` pictures. */
export function startFrames(run: FrameRun): FrameProcess {
  const { program, args, size, signal } = run;
  if (signal?.aborted === true) throw abortedError();
  const feeder = run.feed === undefined ? null : spawnTool(program, run.feed);
  const child = feeder === null ? spawnTool(program, args) : fed(feeder, spawnFedTool(program, args));
  const exited = exitOf(child);
  exited.catch(() => undefined);
  const reader = new FrameReader(
    child.stdout,
    i420Bytes(size.width, size.height),
    run.readAhead ?? DEFAULT_READ_AHEAD,
    run.lends ?? false,
  );
  child.once('error', (error) => {
    reader.fail(missingTool(program, error));
  });
  const onAbort = () => {
    reader.fail(abortedError());
    kill(child);
    kill(feeder);
  };
  signal?.addEventListener('abort', onAbort);
  return {
    stderr: child.stderr,
    next: (stallMs) => reader.next(stallMs ?? run.stallMs ?? DEFAULT_STALL_MS),
    async ended() {
      const code = await exited;
      if (isMissing(code)) throw missingTool(program);
      return { code, leftoverBytes: reader.leftoverBytes };
    },
    async stop() {
      signal?.removeEventListener('abort', onAbort);
      kill(child);
      kill(feeder);
      // A paused pipe with unread bytes would keep the process from ever counting as closed.
      child.stdout.destroy();
      await exited.catch(() => undefined);
    },
  };
}

/** Lets one program read what another one writes; when either goes, so does the other's end of the pipe. */
function fed<T extends ChildProcessByStdio<Writable, Readable, Readable>>(
  feeder: ChildProcessByStdio<null, Readable, Readable>,
  child: T,
): T {
  // Why it could not be started is what the reader says, too: it is the same program.
  feeder.once('error', () => undefined);
  feeder.stderr.resume();
  pipeline(feeder.stdout, child.stdin).catch(() => undefined);
  return child;
}

function kill(child: ChildProcess | null): void {
  if (child?.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
}
