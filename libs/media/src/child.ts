import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { MediaError } from './errors.js';

/** Address space of one ffmpeg or ffprobe: twice what the largest accepted HDR picture needs while it is tone-mapped. */
const MAX_MEMORY_KIB = 6 * 2 ** 20;
/** Processor time of one ffmpeg: a backstop under the time limits of the callers, should they be gone. */
const MAX_CPU_SECONDS = 4 * 3600;
/** Exit code of a program that a signal ended. */
export const CRASHED = -1;
/** What a shell answers when there is no such program. */
const NO_SUCH_PROGRAM = 127;

/** The last words of a program, bounded: a damaged file can make a decoder complain for megabytes. */
const STDERR_TAIL_BYTES = 16_384;
const MAX_STDOUT_BYTES = 4 * 2 ** 20;

export interface ToolResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Starts ffmpeg or ffprobe without a standard input, its memory and processor time bounded where the system can (Linux): a
 * hostile file ends the program and not the machine.
 */
export function spawnTool(
  program: string,
  args: readonly string[],
): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(...command(program, args), { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
}

/** As `spawnTool`, for a program that reads what another one writes. */
export function spawnFedTool(
  program: string,
  args: readonly string[],
): ChildProcessByStdio<Writable, Readable, Readable> {
  return spawn(...command(program, args), { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
}

const command = (program: string, args: readonly string[]): [string, readonly string[]] =>
  process.platform === 'linux' ? ['/bin/sh', bounded(program, args)] : [program, args];

/** The words reach the program as they are: the shell reads the two limits and nothing else. */
function bounded(program: string, args: readonly string[]): string[] {
  const limits = `ulimit -v ${String(MAX_MEMORY_KIB)}; ulimit -t ${String(MAX_CPU_SECONDS)}; exec "$0" "$@"`;
  return ['-c', limits, program, ...args];
}

/** The program could not be started: it is not there, or not a program. */
export const isMissing = (code: number): boolean => code === NO_SUCH_PROGRAM || code === NO_SUCH_PROGRAM - 1;

/** The program says that the memory it may use was not enough. */
export const isOutOfMemory = (stderr: string): boolean =>
  /cannot allocate memory|out of memory/i.test(stderr);

/** Collects the tail of a program's messages. */
export function collectTail(stream: NodeJS.ReadableStream): () => string {
  let tail = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    tail = (tail + text).slice(-STDERR_TAIL_BYTES);
  });
  return () => tail;
}

/** Resolves with the exit code when the process and its pipes are closed; −1 when a signal ended it. */
export function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(code ?? CRASHED);
    });
  });
}

/** Runs a short-lived program to its end with bounded time and output. Rejects when it cannot be started. */
export async function runTool(
  program: string,
  args: readonly string[],
  limits: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<ToolResult> {
  if (isAborted(limits.signal)) throw abortedError();
  const child = spawnTool(program, args);
  const stderr = collectTail(child.stderr);
  const chunks: Buffer[] = [];
  let bytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_STDOUT_BYTES) child.kill('SIGKILL');
    else chunks.push(chunk);
  });
  const kill = () => child.kill('SIGKILL');
  const state = { late: false };
  const timer = setTimeout(() => {
    state.late = true;
    kill();
  }, limits.timeoutMs);
  limits.signal?.addEventListener('abort', kill);
  try {
    const code = await exitOf(child).catch((error: unknown) => {
      throw missingTool(program, error);
    });
    if (isMissing(code)) throw missingTool(program);
    if (state.late) {
      throw new MediaError('stalled', `${program} did not finish within ${limits.timeoutMs / 1000} s.`);
    }
    if (isAborted(limits.signal)) throw abortedError();
    return { code, stdout: Buffer.concat(chunks), stderr: stderr() };
  } finally {
    clearTimeout(timer);
    limits.signal?.removeEventListener('abort', kill);
  }
}

/** A call, so that the compiler does not take the state of a moment ago for the present one. */
export function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

export function missingTool(program: string, cause?: unknown): MediaError {
  return new MediaError('ffmpeg-missing', `${program} could not be started.`, { cause });
}

export function abortedError(): MediaError {
  return new MediaError('aborted', 'The work was stopped by its caller.');
}
