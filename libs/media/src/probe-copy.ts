import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from './child.js';
import type { FfmpegTools } from './types.js';

const COPY_TIMEOUT_MS = 20_000;
/** Enough to hold the parameters of every track. */
const COPIED_SECONDS = 5;

/**
 * Copies the beginning of a file, undecoded, into a Matroska file for `read`, and removes it. For files over which the probing
 * program itself falls: some builds of ffprobe crash on every MPEG transport stream, while ffmpeg reads them.
 * @param input words that open the file
 */
export async function withCopy<T>(
  tools: FfmpegTools,
  input: readonly string[],
  read: (copy: string) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'guise-probe-'));
  const copy = join(folder, 'copy.mkv');
  try {
    const tracks = [
      ...['-map', '0:V?', '-map', '0:a:0?', '-c', 'copy'],
      ...['-t', String(COPIED_SECONDS), '-fs', '64M'],
    ];
    const words = ['-hide_banner', '-nostdin', '-v', 'error', ...input, ...tracks, copy];
    await runTool(tools.ffmpeg, words, { timeoutMs: COPY_TIMEOUT_MS, signal });
    return await read(copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
