import type { I420Frame } from '@guise/frame';
import type { FrameSink, SlateSource } from '../ports.js';
import { SLATE_TEXT, type ClosedReason } from '../reasons.js';
import { createStageTimes } from '../stage-times.js';
import { countFrames, openRingReader, type FrameRingMemory, type RingFrame } from './frame-ring.js';
import { openPermission, type SharedPermissionMemory } from './shared-permission.js';

/** A picture that stands still for longer than this is no live picture: the slate is shown until frames come again. */
export const STALL_MS = 500;

export interface OutputOptions {
  /** Captured frames, to know whether the camera gives any. */
  readonly captured: FrameRingMemory;
  readonly frames: FrameRingMemory;
  readonly permission: SharedPermissionMemory;
  readonly sink: FrameSink;
  readonly slate: SlateSource;
  readonly clock: SharedClock;
  /** Time between two pictures while nothing comes from the renderer. */
  readonly frameMs: number;
  /** The moment that the frames' times count from, on the clock. */
  readonly startMs: number;
  /** The output's reason to show the slate in place of what the renderer sent (nothing, perhaps); null: its frames pass again. */
  readonly onReason?: ((reason: OutputReason | null) => void) | undefined;
}

/** `starting`: no frame was finished yet; `stalled`: none any more; `no-camera`: there was none to render. */
export type OutputReason = ClosedReason | 'starting' | 'stalled' | 'no-camera';

const SLATE_TEXTS: Readonly<Record<OutputReason, string>> = {
  ...SLATE_TEXT,
  starting: 'Starting',
  stalled: SLATE_TEXT['render-failed'],
  'no-camera': 'Camera gives no picture',
};

/** A clock that reads the same in all threads and only moves forward. */
export interface SharedClock {
  monotonicMs(): number;
  pause(ms: number): Promise<void>;
}

export interface OutputStats {
  /** Frames of the renderer that were shown. */
  readonly shown: number;
  /** Slates shown in place of a frame whose permission had ended, or while no frame came. */
  readonly slates: number;
  /** Frames that came with an earlier time than the one before. */
  readonly outOfOrder: number;
  /** From the frame's arrival at the capture to its acceptance by the sink. */
  readonly captureToOutputMs: { readonly median: number; readonly p95: number };
}

/**
 * Shows what the renderer finished, in the thread that writes it, until its ring is closed. Permission is asked for once more for
 * every frame, so that neither the wait in the ring nor a renderer that hangs shows anything after it ended.
 */
export async function showFrames(options: OutputOptions): Promise<OutputStats> {
  const { clock, frameMs } = options;
  const reader = openRingReader(options.frames);
  const output = new Output(options);
  let next = reader.take();
  for (;;) {
    const arrived = await Promise.race([
      next,
      clock.pause(output.waitMs(frameMs)).then(() => 'waited' as const),
    ]);
    if (arrived === null) return output.stats();
    if (arrived === 'waited') {
      const reason = output.stallReason();
      if (reason !== null) await output.showSlate(reason);
      continue;
    }
    try {
      await output.show(arrived);
    } finally {
      arrived.release();
    }
    next = reader.take();
  }
}

class Output {
  private readonly permission;
  private readonly times;
  private readonly slates = new Map<OutputReason, I420Frame>();
  private reason: OutputReason | null = null;
  private lastArrivalMs: number;
  private hasArrived = false;
  /** Captured frames when they were counted last, and when that number last grew. */
  private captured = 0;
  private capturedAtMs = Number.NEGATIVE_INFINITY;
  private lastTimestampMs = Number.NEGATIVE_INFINITY;
  private shown = 0;
  private slateCount = 0;
  private outOfOrder = 0;

  constructor(private readonly options: OutputOptions) {
    this.permission = openPermission(options.permission);
    this.times = createStageTimes(() => options.clock.monotonicMs());
    this.lastArrivalMs = options.clock.monotonicMs();
  }

  private nowMs(): number {
    return this.options.clock.monotonicMs() - this.options.startMs;
  }

  /** Null as long as the last frame is young enough to stand. */
  stallReason(): OutputReason | null {
    const nowMs = this.options.clock.monotonicMs();
    const { written } = countFrames(this.options.captured);
    if (written !== this.captured) this.capturedAtMs = nowMs;
    this.captured = written;
    if (nowMs - this.lastArrivalMs < STALL_MS) return null;
    if (nowMs - this.capturedAtMs >= STALL_MS) return this.captured === 0 ? 'starting' : 'no-camera';
    return this.hasArrived ? 'stalled' : 'starting';
  }

  /** How long to wait for a frame: until it counts as stalled, then a frame's time. */
  waitMs(frameMs: number): number {
    return Math.max(frameMs, this.lastArrivalMs + STALL_MS - this.options.clock.monotonicMs());
  }

  async show({ frame, timestampMs }: RingFrame): Promise<void> {
    const { sink, clock } = this.options;
    this.lastArrivalMs = clock.monotonicMs();
    this.hasArrived = true;
    if (timestampMs <= this.lastTimestampMs) this.outOfOrder += 1;
    this.lastTimestampMs = timestampMs;
    const reason = this.permission.closedReason(this.lastArrivalMs);
    if (reason !== null) {
      await this.showSlate(reason, timestampMs);
      return;
    }
    this.tell(null);
    this.shown += 1;
    await sink.write(frame, timestampMs);
    this.times.note('capture-to-output', this.nowMs() - timestampMs);
  }

  async showSlate(reason: OutputReason, timestampMs = this.nowMs()): Promise<void> {
    this.tell(reason);
    const { frames, slate, sink } = this.options;
    if (sink.beginsWithSession === true && !this.hasArrived) return;
    this.slateCount += 1;
    const card = this.slates.get(reason) ?? slate(frames.width, frames.height, SLATE_TEXTS[reason]);
    this.slates.set(reason, card);
    await sink.write(card, timestampMs);
  }

  stats(): OutputStats {
    const [whole] = this.times.summary();
    return {
      ...{ shown: this.shown, slates: this.slateCount, outOfOrder: this.outOfOrder },
      captureToOutputMs: { median: whole?.medianMs ?? 0, p95: whole?.p95Ms ?? 0 },
    };
  }

  private tell(reason: OutputReason | null): void {
    if (reason !== this.reason) this.options.onReason?.(reason);
    this.reason = reason;
  }
}
