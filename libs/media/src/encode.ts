import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { i420Bytes, type I420Frame } from '@guise/frame';
import { abortedError, collectTail, exitOf, isAborted } from './child.js';
import { encodeArgs } from './encode-args.js';
import { MediaError } from './errors.js';
import { checkSize } from './filters.js';
import { createPendingFile, type PendingFile } from './pending-file.js';
import { probe } from './probe.js';
import { defaultTools } from './tools.js';
import type { EncodeOptions, VideoEncoder } from './types.js';

const DEFAULT_STALL_MS = 30_000;
/** Pictures copied and not yet taken by the encoder process. */
const MAX_PENDING = 2;

/**
 * Starts an encoder that writes `out`. The bytes go to a temporary name beside it; `finish` syncs and renames, so a
 * half-written file never bears the final name, whatever ends this process.
 * @throws MediaError
 */
export async function encodeVideo(out: string, options: EncodeOptions): Promise<VideoEncoder> {
  checkSize(options);
  const tools = options.tools ?? (await defaultTools());
  const { audioFrom, signal } = options;
  const audio =
    audioFrom === undefined ? null : (options.audioInfo ?? (await probe(audioFrom, { tools, signal })));
  const file = createPendingFile(out);
  const args = await encodeArgs(file.path, options, tools, audio);
  if (isAborted(options.signal)) throw abortedError();
  const child = spawn(tools.ffmpeg, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    windowsHide: true,
    // In a group of its own: a Ctrl-C in the terminal is ours to answer, and may mean that the file is to be completed.
    detached: process.platform !== 'win32',
  });
  return new ProcessEncoder(out, file, child, options);
}

class ProcessEncoder implements VideoEncoder {
  readonly #exited: Promise<number>;
  readonly #stderr: () => string;
  readonly #free: Uint8Array[] = [];
  readonly #onAbort: () => void;
  #pending = 0;
  #frames = 0;
  #state: 'open' | 'finishing' | 'done' | 'aborted' = 'open';
  #failure: MediaError | undefined;
  #wake: (() => void) | undefined;

  constructor(
    private readonly out: string,
    private readonly file: PendingFile,
    private readonly child: ChildProcessByStdio<Writable, null, Readable>,
    private readonly options: EncodeOptions,
  ) {
    this.#stderr = collectTail(child.stderr);
    this.#exited = exitOf(child).catch(() => -1);
    void this.#exited.then(() => {
      if (this.#state === 'open') this.#fail();
    });
    // A broken pipe only says that the process ended: its exit tells why.
    child.stdin.on('error', () => undefined);
    this.#onAbort = () => void this.abort();
    options.signal?.addEventListener('abort', this.#onAbort);
  }

  async write(frame: I420Frame): Promise<void> {
    const { width, height } = this.options;
    if (frame.width !== width || frame.height !== height || frame.data.length !== i420Bytes(width, height)) {
      throw new MediaError(
        'bad-size',
        `A frame of ${frame.width}×${frame.height} cannot go into a video of ${width}×${height}.`,
      );
    }
    await this.#waitWhile(() => this.#pending >= MAX_PENDING);
    const copy = this.#free.pop() ?? new Uint8Array(frame.data.length);
    copy.set(frame.data);
    this.#pending += 1;
    this.#frames += 1;
    this.child.stdin.write(copy, () => {
      this.#pending -= 1;
      this.#free.push(copy);
      this.#signal();
    });
  }

  async finish(): Promise<{ readonly frames: number; readonly bytes: number }> {
    try {
      await this.#waitWhile(() => this.#pending > 0);
      this.#state = 'finishing';
      this.child.stdin.end();
      const code = await this.#exitInTime();
      if (this.#failure !== undefined) throw this.#failure;
      // Some muxers report a full disk and still leave with 0: any error-level word means a file not to be trusted.
      if (code !== 0 || this.#stderr().trim() !== '') throw this.#diagnose();
      if (this.#frames === 0) throw new MediaError('write-failed', `No picture was written to ${this.out}.`);
      const bytes = await this.file.publish();
      this.#state = 'done';
      this.#release();
      return { frames: this.#frames, bytes };
    } catch (error) {
      await this.abort();
      throw error instanceof MediaError ? error : asWriteError(this.out, error);
    }
  }

  async abort(): Promise<void> {
    if (this.#state === 'done') return;
    this.#state = 'aborted';
    this.#failure ??= abortedError();
    this.#release();
    this.#signal();
    this.child.kill('SIGKILL');
    await this.#exited;
    await this.file.discard();
  }

  #release(): void {
    this.options.signal?.removeEventListener('abort', this.#onAbort);
  }

  #fail(): void {
    this.#failure ??= this.#diagnose();
    this.#signal();
  }

  #diagnose(): MediaError {
    const words = this.#stderr();
    if (/no space left|disk quota|file too large/i.test(words)) {
      return new MediaError(
        'disk-full',
        `The disk is full: ${this.out} could not be written. Free space and try again.`,
      );
    }
    if (/no such file or directory|permission denied|read-only file system|is a directory/i.test(words)) {
      return new MediaError(
        'write-failed',
        `${this.out} cannot be created. Check that its folder exists and is writable.`,
      );
    }
    return new MediaError('write-failed', `The encoder stopped before ${this.out} was complete.`);
  }

  async #waitWhile(busy: () => boolean): Promise<void> {
    const stallMs = this.options.stallMs ?? DEFAULT_STALL_MS;
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#state !== 'open') throw new MediaError('write-failed', `${this.out} is already complete.`);
      if (!busy()) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          this.#failure ??= new MediaError('stalled', `The encoder took no picture for ${stallMs / 1000} s.`);
          resolve();
        }, stallMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** The encoder may still hold seconds of pictures: it gets ten times the stall time to finish. */
  async #exitInTime(): Promise<number> {
    const limitMs = 10 * (this.options.stallMs ?? DEFAULT_STALL_MS);
    const timer = setTimeout(() => {
      this.#failure ??= new MediaError('stalled', `The encoder did not finish within ${limitMs / 1000} s.`);
      this.child.kill('SIGKILL');
    }, limitMs);
    try {
      return await this.#exited;
    } finally {
      clearTimeout(timer);
    }
  }

  #signal(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

function asWriteError(out: string, error: unknown): MediaError {
  const full =
    error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
  return full
    ? new MediaError(
        'disk-full',
        `The disk is full: ${out} could not be written. Free space and try again.`,
        { cause: error },
      )
    : new MediaError('write-failed', `${out} could not be completed.`, { cause: error });
}
