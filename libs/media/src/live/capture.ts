import { setTimeout as sleep } from 'node:timers/promises';
import type { I420Frame } from '@guise/frame';
import { collectTail, isAborted } from '../child.js';
import { MediaError } from '../errors.js';
import { checkSize } from '../filters.js';
import { startFrames } from '../frame-process.js';
import { rateValue } from '../rate.js';
import { defaultTools } from '../tools.js';
import type { FfmpegTools, FrameRate, PictureSize } from '../types.js';
import { captureArgs } from './capture-args.js';

/** Where live pictures come from. */
export type CaptureSource =
  /** A camera, as `listCameras` names it. */
  | { readonly kind: 'camera'; readonly device: string; readonly name: string }
  /** A recording, played at its own speed. */
  | { readonly kind: 'file'; readonly path: string }
  /** What ffmpeg can read from the network: rtsp, rtmp, srt, udp, http. */
  | { readonly kind: 'stream'; readonly url: string };

export interface CaptureOptions {
  /** Every picture has this size; another shape is cut to fill it. Even sides. */
  readonly size: PictureSize;
  readonly fps: FrameRate;
  /** Ends the capture, wherever it is. */
  readonly signal: AbortSignal;
  /** A camera that was there is gone, or gives nothing; it is opened again and again until it is back. */
  readonly onLost?: (error: MediaError) => void;
  readonly onBack?: () => void;
  /** Longest wait for a picture before the camera counts as lost; 5 s unless stated. */
  readonly stallMs?: number;
  /** Longest wait for the first one after it was opened, which takes cameras their time; 20 s unless stated. */
  readonly openMs?: number;
  /** Between two attempts to open it again; 2 s unless stated. */
  readonly reopenMs?: number;
  readonly tools?: FfmpegTools;
}

const STALL_MS = 5_000;
const OPEN_MS = 20_000;
const REOPEN_MS = 2_000;

/**
 * Live pictures, as they come. A camera or stream that is lost is waited for; one that was never there is an error, and so is a
 * recording that cannot be read to its end. Must be read without delay: what waits is not dropped here. A frame is read only until
 * the next one is asked for.
 * @throws MediaError `camera-missing`, `camera-busy`, `camera-denied`, `camera-lost`, or what `probe` throws of a file
 */
export async function* captureFrames(
  source: CaptureSource,
  options: CaptureOptions,
): AsyncGenerator<{ readonly frame: I420Frame }, void, undefined> {
  checkSize(options.size);
  const tools = options.tools ?? (await defaultTools());
  const args = await captureArgs(source, options, tools);
  const state = { seen: false, lost: false };
  while (!isAborted(options.signal)) {
    try {
      for await (const frame of readOnce(tools, args, source, options)) {
        if (state.lost) options.onBack?.();
        state.seen = true;
        state.lost = false;
        yield { frame };
      }
      if (source.kind === 'file') return;
    } catch (error) {
      if (isAborted(options.signal)) return;
      if (!state.seen || source.kind === 'file' || !(error instanceof MediaError)) throw error;
      if (!state.lost) options.onLost?.(error);
      state.lost = true;
      await sleep(options.reopenMs ?? REOPEN_MS, undefined, { signal: options.signal }).catch(
        () => undefined,
      );
    }
  }
}

async function* readOnce(
  tools: FfmpegTools,
  args: readonly string[],
  source: CaptureSource,
  { size, fps, signal, stallMs = STALL_MS, openMs = OPEN_MS }: CaptureOptions,
): AsyncGenerator<I420Frame> {
  const run = startFrames({
    ...{ program: tools.ffmpeg, args, size, stallMs, signal },
    // A quarter of a second: whoever reads is at most this far behind.
    readAhead: Math.ceil(rateValue(fps) / 4),
    lends: true,
  });
  const words = collectTail(run.stderr);
  try {
    let frames = 0;
    for (let data = await run.next(openMs); data !== null; data = await run.next(stallMs)) {
      frames += 1;
      yield { ...size, data };
    }
    const { code } = await run.ended();
    if (code !== 0 || frames === 0 || source.kind !== 'file') throw lostError(source, words());
  } catch (error) {
    if (error instanceof MediaError && error.code === 'stalled') throw stalledError(source);
    throw error;
  } finally {
    await run.stop();
  }
}

/** What ffmpeg and the systems below it say of a device, most telling first. */
const WORDS = [
  ['camera-busy', /resource busy|already in use|in use by another|could not run graph/i],
  ['camera-denied', /permission denied|not authorized|operation not permitted/i],
  [
    'camera-missing',
    /no such (file|device)|could not find video device|not found|connection refused|cannot find/i,
  ],
] as const;

const SAYS = {
  'camera-busy': 'is used by another program. Close that one, and try again.',
  'camera-denied':
    'may not be opened. Allow this terminal to use the camera (on Linux: join the group “video”).',
  'camera-missing': 'is not there. `guise run --list-cameras` shows those that are.',
  'camera-lost': 'gives no pictures any more. Is it still plugged in?',
} as const;

function lostError(source: CaptureSource, words: string): MediaError {
  const code = WORDS.find(([, pattern]) => pattern.test(words))?.[0] ?? 'camera-lost';
  return new MediaError(code, `${nameOf(source)} ${SAYS[code]}`);
}

const stalledError = (source: CaptureSource): MediaError =>
  new MediaError('camera-lost', `${nameOf(source)} ${SAYS['camera-lost']}`);

function nameOf(source: CaptureSource): string {
  if (source.kind === 'camera') return source.name;
  return source.kind === 'file' ? source.path : new URL(source.url).origin;
}
