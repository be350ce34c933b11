import { spawn, type ChildProcess } from 'node:child_process';
import { MediaError } from './errors.js';

/** The last words of a program, bounded: a damaged file can make a decoder complain for megabytes. */
const STDERR_TAIL_BYTES = 16_384;
const MAX_STDOUT_BYTES = 4 * 2 ** 20;

export interface ToolResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

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
      resolve(code ?? -1);
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
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
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
      throw new MediaError('ffmpeg-missing', `${program} could not be started.`, { cause: error });
    });
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

export function abortedError(): MediaError {
  return new MediaError('aborted', 'The work was stopped by its caller.');
}
