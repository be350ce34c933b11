import { WatermarkError } from './errors.js';
import { checkFrame } from './geometry.js';
import type { DetectOptions, Detection, Geometry, LumaFrame } from './types.js';

export interface StreamOptions extends DetectOptions {
  /** Length of a window; 3 when absent. */
  readonly windowSeconds?: number;
  /** Frames used per second of media time; 10 when absent. More is slower and more robust. */
  readonly framesPerSecond?: number;
  /**
   * After two windows without a mark the whole search is made only every so many windows: a long unmarked recording
   * must not cost a whole search every few seconds. 20 when absent.
   */
  readonly searchEvery?: number;
}

/** One window of a stream. */
export interface WindowDetection extends Detection {
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
}

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
  private geometry: Geometry | null;
  private missed = 0;

  constructor(
    private readonly detector: WindowDetector,
    private readonly options: StreamOptions,
  ) {
    this.windowMs = 1000 * checkRange('windowSeconds', options.windowSeconds ?? 3, 0.2, 60);
    this.intervalMs = 1000 / checkRange('framesPerSecond', options.framesPerSecond ?? 10, 0.2, 60);
    this.searchEvery = checkRange('searchEvery', options.searchEvery ?? 20, 1, 10_000);
    this.geometry = options.hint ?? null;
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
    const detection = this.detector.detect(frames, this.windowOptions());
    this.missed = detection.found ? 0 : this.missed + 1;
    this.geometry = detection.geometry ?? this.geometry;
    return { ...detection, fromMs: first.timestampMs, toMs: frames.at(-1)?.timestampMs ?? first.timestampMs };
  }

  /** Takes a frame when the last one taken is at least an interval old (less a millisecond for rounded timestamps). */
  private keep(frame: TimedLumaFrame): void {
    const last = this.frames.at(-1);
    if (last !== undefined && frame.timestampMs - last.timestampMs < this.intervalMs - 1) return;
    if (last === undefined) this.windowStart = frame.timestampMs;
    this.frames.push({
      ...frame,
      luma: frame.luma.slice(0, frame.stride * (frame.height - 1) + frame.width),
    });
  }

  private windowOptions(): DetectOptions {
    const wholeSearch = this.missed < EAGER_WINDOWS || this.missed % this.searchEvery === 0;
    return { ...this.options, hint: this.geometry, ...(wholeSearch ? {} : { search: 'aligned' as const }) };
  }
}

function checkRange(name: string, value: number, least: number, most: number): number {
  if (!(value >= least && value <= most))
    throw new WatermarkError('invalid-option', `${name} is between ${least} and ${most}`);
  return value;
}
