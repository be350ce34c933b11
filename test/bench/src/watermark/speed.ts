import { createDetector } from 'invisible-watermark-ts';
import { scalePlane } from '@guise/frame';
import { CLIP_FPS, CLIP_SIZE, type Clip } from './clips.js';
import { loadFrames } from './ffmpeg.js';
import { embedderFor, epochAt, FIRST_EPOCH, MARKING_KEY, sessionOf } from './marked.js';
import { median, quantile, timedMs } from './statistics.js';
import { type TimedFrame, toTimedFrames } from './tally.js';

/** Milliseconds on one thread, 1280×720. */
export interface Speed {
  readonly embedMs: { readonly median: number; readonly p95: number };
  /** An epoch's field, drawn ahead of its first frame. */
  readonly prepareMs: { readonly median: number };
  /** Copying the luma plane: the limit of anything that writes a frame. */
  readonly copyMs: { readonly median: number };
  readonly detectMs: {
    /** One frame that was cropped and scaled: the geometry has to be found. */
    readonly search: number;
    /** Each frame of a second whose geometry is known. */
    readonly perFrame: number;
    /** One unmarked frame, until nothing more is tried. */
    readonly unmarked: number;
  };
}

const FRAMES = 150;
const ROUNDS = 5;

/** To be run while nothing else is. */
export async function measureSpeed(clip: Clip): Promise<Speed> {
  const frames = toTimedFrames(await loadFrames(clip.file, { frames: FRAMES }), CLIP_FPS);
  const untouched = frames.slice(0, ROUNDS).map((frame) => ({ ...frame, luma: frame.luma.slice() }));
  const embedding = measureEmbedding(clip, frames);
  return { ...embedding, detectMs: measureDetection(frames, untouched) };
}

function measureEmbedding(clip: Clip, frames: readonly TimedFrame[]): Omit<Speed, 'detectMs'> {
  const embedder = embedderFor(sessionOf(clip));
  const copy = new Uint8Array(CLIP_SIZE.width * CLIP_SIZE.height);
  const embedMs: number[] = [];
  const prepareMs: number[] = [];
  const copyMs: number[] = [];
  let epoch = FIRST_EPOCH - 1;
  for (const { luma, stride, timestampMs } of frames) {
    const now = epochAt(timestampMs);
    if (now !== epoch)
      prepareMs.push(
        timedMs(() => {
          embedder.prepare(now);
        }),
      );
    epoch = now;
    copyMs.push(
      timedMs(() => {
        copy.set(luma);
      }),
    );
    embedMs.push(
      timedMs(() => {
        embedder.embed(luma, stride, now, timestampMs);
      }),
    );
  }
  return {
    embedMs: { median: median(embedMs), p95: quantile(embedMs, 0.95) },
    prepareMs: { median: median(prepareMs) },
    copyMs: { median: median(copyMs) },
  };
}

function measureDetection(marked: readonly TimedFrame[], unmarked: readonly TimedFrame[]): Speed['detectMs'] {
  const detector = createDetector({ key: MARKING_KEY });
  const second = marked.slice(0, CLIP_FPS);
  const hint = detector.detect(second).geometry;
  const timesOf = (windows: readonly (readonly TimedFrame[])[]) =>
    windows.map((window) =>
      timedMs(() => {
        detector.detect(window);
      }),
    );
  const singles = marked.filter((_, i) => i % (FRAMES / ROUNDS) === 0);
  const known = Array.from({ length: ROUNDS }, () =>
    timedMs(() => {
      detector.detect(second, { hint });
    }),
  );
  return {
    search: median(timesOf(singles.map((frame) => [cropAndScale(frame)]))),
    perFrame: median(known) / second.length,
    unmarked: median(timesOf(unmarked.map((frame) => [frame]))),
  };
}

/** The middle three quarters of each side, at 0.87 of their size. */
function cropAndScale(frame: TimedFrame): TimedFrame {
  const [width, height, left, top] = [960, 540, 130, 70];
  const cut = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * frame.stride + left;
    cut.set(frame.luma.subarray(start, start + width), y * width);
  }
  const size = { width: 836, height: 470 };
  return {
    ...frame,
    ...size,
    stride: size.width,
    luma: scalePlane(cut, width, height, size.width, size.height),
  };
}
