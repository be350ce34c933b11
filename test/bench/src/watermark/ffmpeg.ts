import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { I420Frame } from '@guise/frame';
import { locateFfmpeg } from '@guise/media';

const run = promisify(execFile);
const QUIET = ['-hide_banner', '-nostdin', '-v', 'error', '-y'];
const MAX_MESSAGES_BYTES = 64 * 2 ** 20;

/** Every picture of the bench lies in such files: bit-exact, quick to write and to read. */
export const LOSSLESS = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '0', '-pix_fmt', 'yuv420p'];

let program: Promise<string> | undefined;
function ffmpegProgram(): Promise<string> {
  program ??= locateFfmpeg().then(({ ffmpeg }) => ffmpeg);
  return program;
}

/** Runs ffmpeg to its end and returns what it said. */
export async function ffmpeg(args: readonly string[], level = 'error'): Promise<string> {
  const { stderr } = await run(await ffmpegProgram(), [...QUIET, '-v', level, ...args], {
    maxBuffer: MAX_MESSAGES_BYTES,
  });
  return stderr;
}

/** Names of the encoders and filters of this ffmpeg. */
export async function capabilities(kind: 'encoders' | 'filters'): Promise<ReadonlySet<string>> {
  const { stdout } = await run(await ffmpegProgram(), ['-hide_banner', `-${kind}`], {
    maxBuffer: MAX_MESSAGES_BYTES,
  });
  return new Set(stdout.split('\n').flatMap((line) => line.trim().split(/\s+/)[1] ?? []));
}

export interface ReadOptions {
  /** Pictures per second of media time, each the last one shown before its moment; all of them when absent. */
  readonly fps?: number;
  /** Applied to the pictures that are taken. */
  readonly filter?: string;
  readonly frames?: number;
}

/** The pictures of a file as 4:2:0, samples untouched: no range or matrix conversion. */
export async function* readFrames(file: string, options: ReadOptions = {}): AsyncGenerator<I420Frame> {
  const filters = [
    ...(options.fps === undefined ? [] : [`fps=${options.fps}:round=down`]),
    ...(options.filter === undefined ? [] : [options.filter]),
  ];
  const child = spawn(
    await ffmpegProgram(),
    [
      ...[...QUIET, '-i', file, '-an'],
      ...(filters.length === 0 ? [] : ['-vf', filters.join(',')]),
      ...(options.frames === undefined ? [] : ['-frames:v', String(options.frames)]),
      ...['-f', 'yuv4mpegpipe', '-pix_fmt', 'yuv420p', 'pipe:1'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const closed = once(child, 'close');
  try {
    yield* parseY4m(child.stdout);
    const [code] = (await closed) as [number | null];
    if (code !== 0) throw new Error(`ffmpeg could not read ${file}`);
  } finally {
    child.kill();
    child.stdout.destroy();
  }
}

/** All pictures of a file, for short ones. */
export async function loadFrames(file: string, options: ReadOptions = {}): Promise<I420Frame[]> {
  const frames: I420Frame[] = [];
  for await (const frame of readFrames(file, options)) frames.push(frame);
  return frames;
}

async function* parseY4m(stream: Readable): AsyncGenerator<I420Frame> {
  const bytes = new ByteReader(stream);
  const header = await bytes.line();
  if (header === null) return;
  const width = Number(/ W(\d+)/.exec(header)?.[1]);
  const height = Number(/ H(\d+)/.exec(header)?.[1]);
  const size = width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
  while ((await bytes.line()) !== null) {
    const data = await bytes.take(size);
    if (data === null) return;
    yield { width, height, data };
  }
}

class ByteReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Text up to the next line feed; null at the end. */
  async line(): Promise<string | null> {
    let end = this.rest.indexOf(10);
    while (end < 0) {
      const next = await this.chunks.next();
      if (next.done === true) return null;
      this.rest = Buffer.concat([this.rest, next.value]);
      end = this.rest.indexOf(10);
    }
    const text = this.rest.toString('latin1', 0, end);
    this.rest = this.rest.subarray(end + 1);
    return text;
  }

  async take(count: number): Promise<Uint8Array | null> {
    const out = new Uint8Array(count);
    let filled = 0;
    for (;;) {
      const part = this.rest.subarray(0, count - filled);
      out.set(part, filled);
      filled += part.length;
      this.rest = this.rest.subarray(part.length);
      if (filled === count) return out;
      const next = await this.chunks.next();
      if (next.done === true) return null;
      this.rest = next.value;
    }
  }
}

/** Writes pictures as they come into a lossless file. */
export async function writeFrames(
  file: string,
  fps: number,
  frames: AsyncIterable<I420Frame> | Iterable<I420Frame>,
): Promise<void> {
  let sink: { write(data: Uint8Array): Promise<void>; end(): Promise<void> } | undefined;
  for await (const { width, height, data } of frames) {
    sink ??= await openSink(file, fps, width, height);
    await sink.write(data);
  }
  await sink?.end();
}

async function openSink(file: string, fps: number, width: number, height: number) {
  const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`, '-r', String(fps)];
  const args = ['-hide_banner', '-v', 'error', '-y', ...input, '-i', 'pipe:0', ...LOSSLESS, file];
  const child = spawn(await ffmpegProgram(), args, { stdio: ['pipe', 'inherit', 'inherit'] });
  const closed = once(child, 'close');
  return {
    async write(data: Uint8Array) {
      if (!child.stdin.write(data)) await once(child.stdin, 'drain');
    },
    async end() {
      child.stdin.end();
      const [code] = (await closed) as [number | null];
      if (code !== 0) throw new Error(`ffmpeg could not write ${file}`);
    },
  };
}
