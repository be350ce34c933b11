import type { Readable } from 'node:stream';
import { i420Bytes } from '@guise/frame';
import { abortedError, exitOf, isMissing, missingTool, spawnTool } from './child.js';
import { FrameReader } from './frame-reader.js';
import type { PictureSize } from './types.js';

const DEFAULT_READ_AHEAD = 2;
const DEFAULT_STALL_MS = 30_000;

export interface FrameRun {
  readonly program: string;
  readonly args: readonly string[];
  /** Size of the I420 pictures that the program writes to its output. */
  readonly size: PictureSize;
  readonly readAhead?: number | undefined;
  readonly stallMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A running decoder that writes I420 pictures. */
export interface FrameProcess {
  readonly stderr: Readable;
  /** The next picture; null at the end. @throws MediaError `stalled`, `aborted`, `ffmpeg-missing` */
  next(): Promise<Uint8Array | null>;
  /** After the last picture: exit code, and bytes of a last picture that never became whole. */
  ended(): Promise<{ readonly code: number; readonly leftoverBytes: number }>;
  /** Ends it, wherever it is. */
  stop(): Promise<void>;
}

/** Starts a decoder; memory on our side is bounded by `readAhead` pictures. */
export function startFrames(run: FrameRun): FrameProcess {
  const { program, args, size, signal } = run;
  if (signal?.aborted === true) throw abortedError();
  const child = spawnTool(program, args);
  const exited = exitOf(child);
  exited.catch(() => undefined);
  const reader = new FrameReader(
    child.stdout,
    i420Bytes(size.width, size.height),
    run.readAhead ?? DEFAULT_READ_AHEAD,
  );
  child.once('error', (error) => {
    reader.fail(missingTool(program, error));
  });
  const onAbort = () => {
    reader.fail(abortedError());
    child.kill('SIGKILL');
  };
  signal?.addEventListener('abort', onAbort);
  return {
    stderr: child.stderr,
    next: () => reader.next(run.stallMs ?? DEFAULT_STALL_MS),
    async ended() {
      const code = await exited;
      if (isMissing(code)) throw missingTool(program);
      return { code, leftoverBytes: reader.leftoverBytes };
    },
    async stop() {
      signal?.removeEventListener('abort', onAbort);
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      // A paused pipe with unread bytes would keep the process from ever counting as closed.
      child.stdout.destroy();
      await exited.catch(() => undefined);
    },
  };
}
