import { WatermarkError } from './errors.js';
import { checkFrame } from './geometry.js';
import { checkCount, MAX_PICTURES, nothingFound } from './detection.js';
import type {
  DetectAllOptions,
  DetectOptions,
  Detection,
  Geometry,
  LumaFrame,
  SearchReach,
} from './types.js';
import { MAX_FRAMES } from './window.js';

export interface StreamOptions extends DetectOptions {
  /** Length of a window; 3 when absent. */
  readonly windowSeconds?: number;
  /**
   * Frames used per second of media time, 10 when absent; fewer where a window of them would take more than 256 MiB. More is
   * slower and more robust.
   */
  readonly framesPerSecond?: number;
  /**
   * After two windows without a mark the whole search is made only every so many windows: a long unmarked recording
   * must not cost a whole search every few seconds. 20 when absent.
   */
  readonly searchEvery?: number;
  /** At most this many marked pictures are reported per window; 1 when absent. */
  readonly limit?: number;
}

/** One window of a stream: the clearest picture, and all of them. */
export interface WindowDetection extends Detection {
  /** Every marked picture of the window, strongest first; empty when there is none. */
  readonly pictures: readonly Detection[];
  /** How far was looked beyond where pictures were in the window before: of `aligned` an inset that came since is not seen. */
  readonly search: SearchReach;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface TimedLumaFrame extends LumaFrame {
  readonly timestampMs: number;
}

export interface DetectorStream {
  /** Takes the next frame (`timestampMs` required, not decreasing; the luma is copied); answers when a window is full. */
  push(frame: TimedLumaFrame): WindowDetection | null;
  /** Answers for the frames left over; null when there are none. */
  finish(): WindowDetection | null;
}

interface WindowDetector {
  detect(frames: readonly LumaFrame[], options?: DetectOptions): Detection;
  detectAll(frames: readonly LumaFrame[], options?: DetectAllOptions): readonly Detection[];
}

/** Copies of one window's frames at most: three seconds of 4K at ten frames a second. */
const MAX_WINDOW_BYTES = 256 * 2 ** 20;
/** So many windows without a mark are searched as thoroughly as the first. */
const EAGER_WINDOWS = 2;

export function createStream(detector: WindowDetector, options: StreamOptions = {}): DetectorStream {
  return new WindowedStream(detector, options);
}

class WindowedStream implements DetectorStream {
  private readonly windowMs: number;
  private readonly intervalMs: number;
  private readonly searchEvery: number;
  private frames: TimedLumaFrame[] = [];
  private windowStart = -Infinity;
  private lastTimestamp = -Infinity;
  private readonly limit: number;
  /** Where the pictures of the last window that had any lay. */
  private geometries: readonly Geometry[];
  /** Windows since a picture was found, windows in all, and whether the last one had fewer pictures than the one before. */
  private missed = 0;
  private windows = 0;
  private lost = false;

  constructor(
    private readonly detector: WindowDetector,
    private readonly options: StreamOptions,
  ) {
    this.windowMs = 1000 * checkRange('windowSeconds', options.windowSeconds ?? 3, 0.2, 60);
    this.intervalMs = 1000 / checkRange('framesPerSecond', options.framesPerSecond ?? 10, 0.2, 60);
    this.searchEvery = checkCount('searchEvery', options.searchEvery ?? 20, 10_000);
    this.limit = checkCount('limit', options.limit ?? 1, MAX_PICTURES);
    this.geometries = options.hint ? [options.hint] : [];
  }

  push(frame: TimedLumaFrame): WindowDetection | null {
    checkFrame(frame);
    if (!Number.isFinite(frame.timestampMs) || frame.timestampMs < this.lastTimestamp)
      throw new WatermarkError('invalid-frames', 'the frames of a stream come with increasing timestamps');
    this.lastTimestamp = frame.timestampMs;
    const [first] = this.frames;
    const resized = first !== undefined && (first.width !== frame.width || first.height !== frame.height);
    const full = first !== undefined && frame.timestampMs >= this.windowStart + this.windowMs;
    const answer = resized || full ? this.finish() : null;
    this.keep(frame);
    return answer;
  }

  finish(): WindowDetection | null {
    const [first] = this.frames;
    if (first === undefined) return null;
    const frames = this.frames;
    this.frames = [];
    const { search = 'scaled' } = this.reach();
    const { clearest, pictures } = this.detect(frames, search);
    this.missed = pictures.length === 0 ? this.missed + 1 : 0;
    this.lost = pictures.length < this.geometries.length;
    if (pictures.length > 0) this.geometries = pictures.flatMap(({ geometry }) => geometry ?? []);
    this.windows++;
    const toMs = frames.at(-1)?.timestampMs ?? first.timestampMs;
    return { ...clearest, pictures, search, fromMs: first.timestampMs, toMs };
  }

  /** Takes a frame when the last one taken is at least an interval old (less a millisecond for rounded timestamps). */
  private keep(frame: TimedLumaFrame): void {
    const last = this.frames.at(-1);
    const most = Math.min(MAX_FRAMES, Math.floor(MAX_WINDOW_BYTES / (frame.width * frame.height)));
    const intervalMs = Math.max(this.intervalMs, this.windowMs / most);
    if (last !== undefined && frame.timestampMs - last.timestampMs < intervalMs - 1) return;
    if (last === undefined) this.windowStart = frame.timestampMs;
    if (this.frames.length < most) this.frames.push(compactCopy(frame));
  }

  private detect(
    frames: readonly TimedLumaFrame[],
    search: SearchReach,
  ): {
    clearest: Detection;
    pictures: readonly Detection[];
  } {
    const hints = this.geometries;
    if (this.limit === 1) {
      const clearest = this.detector.detect(frames, { search, hint: hints[0] ?? null });
      return { clearest, pictures: clearest.found ? [clearest] : [] };
    }
    const pictures = this.detector.detectAll(frames, { search, hints, limit: this.limit });
    return { clearest: pictures[0] ?? nothingFound({ frames: frames.length }), pictures };
  }

  /** The whole search while nothing is known, when a picture went missing, and every so many windows. */
  private reach(): { search?: SearchReach } {
    const { missed, windows, searchEvery, limit } = this;
    const eager = missed > 0 || limit === 1 ? missed < EAGER_WINDOWS : windows < EAGER_WINDOWS || this.lost;
    const due = (missed > 0 || limit === 1 ? missed : windows) % searchEvery === 0;
    const { search } = this.options;
    return eager || due ? (search === undefined ? {} : { search }) : { search: 'aligned' };
  }
}

/** A copy without what lies between the rows. */
function compactCopy({ luma, width, height, stride, timestampMs }: TimedLumaFrame): TimedLumaFrame {
  const rows = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) rows.set(luma.subarray(y * stride, y * stride + width), y * width);
  return { luma: rows, width, height, stride: width, timestampMs };
}

function checkRange(name: string, value: number, least: number, most: number): number {
  if (!(value >= least && value <= most))
    throw new WatermarkError('invalid-option', `${name} is between ${least} and ${most}`);
  return value;
}
