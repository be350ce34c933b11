import { open, type FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { CRASHED, runTool, type ToolResult } from './child.js';
import { MediaError } from './errors.js';
import { checkLimits, DEFAULT_LIMITS } from './limits.js';
import { withCopy } from './probe-copy.js';
import { parseProbe } from './probe-parse.js';
import { probeStill, startsAsStill } from './probe-still.js';
import { defaultTools } from './tools.js';
import type { FfmpegTools, MediaInfo, MediaLimits } from './types.js';

/**
 * Containers that are opened. Playlists and concatenation scripts are not among them: an uploaded "video" that names
 * other files or addresses would make ffmpeg read those.
 */
const CONTAINERS = [
  ...[
    'mov',
    'matroska',
    'webm',
    'avi',
    'mpegts',
    'mpeg',
    'flv',
    'ogg',
    'asf',
    'yuv4mpegpipe',
    'gif',
    'h264',
    'hevc',
  ],
  ...['png_pipe', 'jpeg_pipe', 'webp_pipe', 'bmp_pipe', 'tiff_pipe', 'jpegxl_pipe'],
  ...['mp3', 'wav', 'flac', 'aac'],
];
const PROBE_TIMEOUT_MS = 20_000;
const HEAD_BYTES = 16;
/** RFC 8794 §11.2.1: how Matroska and WebM begin. */
const EBML_MAGIC = Buffer.from([0x1a, 0x45, 0xdf, 0xa3]).toString('latin1');

/** The largest picture that any decoder may make, whatever a header said before: a side may change within a file. */
const MAX_DECODED_PIXELS = 8192 * 8192;
/** Decoder threads: each holds pictures of its own. */
const DECODER_THREADS = Math.min(4, availableParallelism());

/** Look-ahead, pictures and threads, bounded. */
export const GUARDED_LIMITS: readonly string[] = [
  ...['-max_pixels', String(MAX_DECODED_PIXELS), '-threads', String(DECODER_THREADS)],
  ...['-probesize', '20M', '-analyzeduration', '10M'],
];

/** Arguments before every input: local files only, known containers only, bounded. */
export const GUARDED_INPUT: readonly string[] = [
  ...GUARDED_LIMITS,
  ...['-protocol_whitelist', 'file'],
  ...['-format_whitelist', CONTAINERS.join(',')],
];

/**
 * ffmpeg takes a name ending in .jpg for a numbered sequence of files, which would let a name reach other files: a JPEG is
 * read as the one picture it is.
 */
export const ONE_JPEG: readonly string[] = ['-f', 'jpeg_pipe'];

/** A path as ffmpeg takes it without looking for protocols or options in it. */
export function inputUrl(file: string): string {
  return `file:${resolve(file)}`;
}

export interface ProbeOptions {
  readonly limits?: Partial<MediaLimits>;
  readonly tools?: FfmpegTools;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Says what a file holds, without decoding more than its headers.
 * @throws MediaError `not-found`, `empty-file`, `file-too-large`, `not-media`, `picture-too-large`, `picture-too-small`, `too-long`
 */
export async function probe(file: string, options: ProbeOptions = {}): Promise<MediaInfo> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const head = await checkBytes(file, limits);
  const info = startsAsStill(head) ? await probeStill(file) : await probeRecording(file, head, options);
  if (info === null) throw unreadable(file, head);
  if (info.kind !== 'audio-only') checkLimits(file, info, limits);
  return info;
}

async function probeRecording(file: string, head: Buffer, options: ProbeOptions): Promise<MediaInfo> {
  const tools = options.tools ?? (await defaultTools());
  const whole = await runProbe(tools, file, options.signal);
  if (whole.code !== CRASHED) return described(whole, file, head);
  const input = [...GUARDED_INPUT, '-i', inputUrl(file)];
  const info = await withCopy(
    tools,
    input,
    async (copy) => described(await runProbe(tools, copy, options.signal), file, head),
    options.signal,
  );
  // The lengths are those of the copy.
  return { ...info, durationSeconds: null, pictureSeconds: null, frames: null };
}

function runProbe(tools: FfmpegTools, file: string, signal: AbortSignal | undefined): Promise<ToolResult> {
  const words = [
    '-v',
    'error',
    ...GUARDED_INPUT,
    '-show_format',
    '-show_streams',
    '-of',
    'json',
    inputUrl(file),
  ];
  return runTool(tools.ffprobe, words, { timeoutMs: PROBE_TIMEOUT_MS, signal });
}

function described({ code, stdout }: ToolResult, file: string, head: Buffer): MediaInfo {
  if (code !== 0) throw unreadable(file, head);
  const info = parseProbe(stdout.toString('utf8'));
  if (info === null) {
    throw new MediaError('not-media', `${file} holds neither pictures nor sound that could be read.`);
  }
  return info;
}

/** Begins as MP4/MOV, Matroska/WebM or RIFF do: then it was a recording once. */
function startsAsRecording(head: Buffer): boolean {
  const first = head.toString('latin1', 0, 4);
  return first === 'RIFF' || first === EBML_MAGIC || head.toString('latin1', 4, 8) === 'ftyp';
}

function unreadable(file: string, head: Buffer): MediaError {
  if (startsAsRecording(head)) {
    return new MediaError('damaged', `${file} is incomplete or damaged. Record or copy it again.`);
  }
  return new MediaError(
    'not-media',
    `${file} is not a video or picture that can be read. Use MP4, MOV, WebM, MKV, AVI, PNG or JPEG.`,
  );
}

/** Checks that there is a file of acceptable length, and returns its first bytes. */
async function checkBytes(file: string, limits: MediaLimits): Promise<Buffer> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const stat = await handle.stat();
    if (!stat.isFile()) throw new MediaError('not-found', `${file} is not a file.`);
    if (stat.size === 0) throw new MediaError('empty-file', `${file} is empty (zero bytes).`);
    if (stat.size > limits.maxBytes) {
      throw new MediaError(
        'file-too-large',
        `${file} has ${stat.size} bytes; at most ${limits.maxBytes} are accepted.`,
      );
    }
    return (await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)).buffer;
  } catch (error) {
    if (error instanceof MediaError) throw error;
    throw new MediaError('not-found', `${file} cannot be opened. Check the name and your rights.`, {
      cause: error,
    });
  } finally {
    await handle?.close();
  }
}
