import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { i420Bytes, type I420Frame } from '@guise/frame';
import { collectTail, exitOf } from '../child.js';
import { MediaError } from '../errors.js';
import { checkSize } from '../filters.js';
import { defaultTools } from '../tools.js';
import type { FfmpegTools, FrameRate, PictureSize } from '../types.js';

/** How pictures are laid into a pipe: bare I420, or YUV4MPEG2, which says what they are. */
export type PipeFormat = 'rawvideo' | 'y4m';

export interface LiveShape extends PictureSize {
  readonly fps: FrameRate;
}

/** Takes live pictures. Whoever reads them may be slower: a write waits, for `STALL_MS` at most. */
export interface LiveOutput {
  /** Has copied the picture when it resolves. @throws MediaError `write-failed`, `stalled` */
  write(frame: I420Frame): Promise<void>;
  finish(): Promise<void>;
  abort(): Promise<void>;
}

const STALL_MS = 10_000;
const BROKEN_MS = 20;
/** Pictures copied and not yet read. */
const MAX_PENDING = 2;

/** Pictures into a pipe: the standard output, or a named one or plain file by its path. */
export function openPipeOutput(target: Writable | string, format: PipeFormat, shape: LiveShape): LiveOutput {
  checkSize(shape);
  const isPath = typeof target === 'string';
  const stream = isPath ? createWriteStream(target) : target;
  const name = isPath ? target : 'the standard output';
  const pipe = new FramePipe(stream, name, shape, format === 'y4m' ? 'FRAME\n' : '');
  stream.on('error', () => {
    pipe.fail(new MediaError('write-failed', `Whoever read ${name} is gone, or it cannot be written.`));
  });
  if (format === 'y4m') stream.write(y4mHeader(shape));
  return {
    write: (frame) => pipe.write(frame),
    async finish() {
      await pipe.drained();
      if (!isPath) return;
      stream.end();
      await finished(stream);
    },
    abort() {
      if (isPath) stream.destroy();
      return Promise.resolve();
    },
  };
}

/** https://wiki.multimedia.cx/index.php/YUV4MPEG2; the colour range is ffmpeg's extension. */
function y4mHeader({ width, height, fps }: LiveShape): string {
  const rate = `F${String(fps.num)}:${String(fps.den)}`;
  return `YUV4MPEG2 W${String(width)} H${String(height)} ${rate} Ip A1:1 C420mpeg2 XCOLORRANGE=LIMITED\n`;
}

/**
 * Pictures into a virtual camera of Video4Linux (the module v4l2loopback), where meeting clients find them.
 * @throws MediaError `ffmpeg-missing`; from `write`, `write-failed` when the device is none
 */
export async function openLoopbackOutput(
  device: string,
  shape: LiveShape,
  options: { readonly tools?: FfmpegTools } = {},
): Promise<LiveOutput> {
  checkSize(shape);
  const tools = options.tools ?? (await defaultTools());
  const { width, height, fps } = shape;
  const child = spawn(
    tools.ffmpeg,
    [
      ...['-hide_banner', '-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'yuv420p'],
      ...[
        '-video_size',
        `${String(width)}x${String(height)}`,
        '-framerate',
        `${String(fps.num)}/${String(fps.den)}`,
      ],
      ...['-i', 'pipe:0', '-fps_mode', 'passthrough', '-f', 'v4l2', '-pix_fmt', 'yuv420p', device],
    ],
    // In a group of its own: the Ctrl-C that ends a session must not end its output first.
    { stdio: ['pipe', 'ignore', 'pipe'], windowsHide: true, detached: process.platform !== 'win32' },
  );
  const words = collectTail(child.stderr);
  const exited = exitOf(child).catch(() => -1);
  const pipe = new FramePipe(child.stdin, device, shape, '');
  // A broken pipe only says that the process ended: its words tell why.
  child.stdin.on('error', () => undefined);
  void exited.then(() => {
    pipe.fail(loopbackError(device, words()));
  });
  return {
    write: (frame) => pipe.write(frame),
    async finish() {
      await pipe.drained();
      child.stdin.end();
      await exited;
    },
    async abort() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function loopbackError(device: string, words: string): MediaError {
  const advice = /permission denied/i.test(words)
    ? 'Join the group “video”, or run: sudo chmod a+rw on it.'
    : 'Is it a virtual camera? Load one with: sudo modprobe v4l2loopback exclusive_caps=1';
  return new MediaError('write-failed', `${device} takes no pictures. ${advice}`);
}

/** Writes whole pictures into a stream; holds two copies at most. */
class FramePipe {
  readonly #free: Uint8Array[] = [];
  #pending = 0;
  #failure: MediaError | null = null;
  #wake: () => void = () => undefined;

  constructor(
    private readonly stream: Writable,
    private readonly name: string,
    private readonly size: PictureSize,
    private readonly before: string,
  ) {}

  fail(error: MediaError): void {
    this.#failure ??= error;
    this.#wake();
  }

  async write({ width, height, data }: I420Frame): Promise<void> {
    if (width !== this.size.width || height !== this.size.height || data.length !== i420Bytes(width, height))
      throw new MediaError(
        'bad-size',
        `A frame of ${String(width)}×${String(height)} does not fit this output.`,
      );
    await this.#until(() => this.#pending < MAX_PENDING);
    const copy = this.#free.pop() ?? new Uint8Array(data.length);
    copy.set(data);
    this.#pending += 1;
    if (this.before !== '') this.stream.write(this.before);
    this.stream.write(copy, () => {
      this.#pending -= 1;
      this.#free.push(copy);
      this.#wake();
    });
  }

  drained(): Promise<void> {
    return this.#until(() => this.#pending === 0);
  }

  async #until(isFree: () => boolean): Promise<void> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      // A broken pipe answers at once, again and again: why it broke is told in another turn of the loop.
      if (this.stream.destroyed) {
        await new Promise((resolve) => setTimeout(resolve, BROKEN_MS));
        continue;
      }
      if (isFree()) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          const seconds = String(STALL_MS / 1000);
          this.fail(new MediaError('stalled', `Nobody read ${this.name} for ${seconds} s.`));
        }, STALL_MS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
