import { runTool } from './child.js';
import { GUARDED_INPUT, inputUrl } from './probe.js';
import { defaultTools } from './tools.js';
import type { FfmpegTools, MediaInfo } from './types.js';

const TIMEOUT_MS = 60_000;

/**
 * Seconds of the pictures: as the file declares them, else (live recordings declare nothing) by reading the file through
 * without decoding it. Null when there is nothing to read.
 * @throws MediaError `stalled`, `aborted`
 */
export async function measureDuration(
  file: string,
  info: MediaInfo,
  options: { readonly tools?: FfmpegTools; readonly signal?: AbortSignal | undefined } = {},
): Promise<number | null> {
  if (info.durationSeconds !== null || info.kind !== 'video') return info.durationSeconds;
  const { ffmpeg } = options.tools ?? (await defaultTools());
  const args = [
    ...['-hide_banner', '-nostdin', '-nostats', '-v', 'error', '-progress', 'pipe:1', ...GUARDED_INPUT],
    ...['-i', inputUrl(file), '-map', '0:V:0', '-c', 'copy', '-f', 'null', '-'],
  ];
  const { stdout } = await runTool(ffmpeg, args, { timeoutMs: TIMEOUT_MS, signal: options.signal });
  const [last] = [...stdout.toString('latin1').matchAll(/^out_time_ms=(\d+)$/gm)].slice(-1);
  // Microseconds, whatever the name says: it cannot be corrected any more.
  const seconds = Number(last?.[1] ?? 0) / 1e6;
  return seconds > 0 ? seconds : null;
}
