import type { I420Frame } from '@guise/frame';
import { RuntimeError } from '../errors.js';
import type { FrameSink, SlateSource } from '../ports.js';
import type { MediaProgress, MediaReport } from '../process-media.js';
import { allocateFrameRing, countFrames, openRingWriter, type FrameRingMemory } from './frame-ring.js';
import { showFrames, type OutputReason, type OutputStats, type SharedClock } from './output-loop.js';
import { allocatePermission, openPermission, type SharedPermissionMemory } from './shared-permission.js';

/** What the rendering thread is given; all of it is shared, nothing is copied. */
export interface RealTimeMemory {
  readonly captured: FrameRingMemory;
  readonly finished: FrameRingMemory;
  readonly permission: SharedPermissionMemory;
}

/**
 * A thread that runs `processMedia` from `ringSource(captured)` to `ringSink(finished)`, and publishes every standing. Waiting for a
 * frame does not keep a thread of Node's alive: it has to listen to its parent, or the like.
 */
export interface RenderThread {
  /** The session's report after the captured frames ended; rejects when the session, or the thread, failed. */
  readonly report: Promise<MediaReport>;
  /** Ends the thread at once, whatever it does. */
  terminate(): Promise<unknown>;
}

export interface RealTimeOptions {
  /** Every captured frame has this size. */
  readonly size: { readonly width: number; readonly height: number };
  /** Frames as they come from the camera; a frame is only read until the next one is asked for. */
  readonly camera: AsyncIterable<{ readonly frame: I420Frame }>;
  readonly sink: FrameSink;
  readonly slate: SlateSource;
  readonly clock: SharedClock;
  /** Pictures a second that the meeting expects; the slate of a stalled renderer comes at this rate. */
  readonly framesPerSecond: number;
  readonly startRenderer: (
    memory: RealTimeMemory,
    onProgress: (event: MediaProgress) => void,
  ) => RenderThread;
  readonly onEvent?: (event: RealTimeEvent) => void;
}

export type RealTimeEvent =
  /** Of the session in the rendering thread: its start, its gate, its faults. */
  | Exclude<MediaProgress, { readonly type: 'frame' }>
  /** Why the output shows the slate in place of the renderer's frames; null: their frames pass again. */
  | { readonly type: 'output'; readonly reason: OutputReason | null }
  /** Once a second. `rawFrames`: camera frames in the output so far; the only acceptable value is 0. */
  | ({ readonly type: 'stats'; readonly rawFrames: number } & FlowCounts)
  /** The session is over; the slate is shown until the capture ends or is stopped. */
  | { readonly type: 'failed'; readonly error: unknown };

/** What became of the frames so far. */
export interface FlowCounts {
  readonly captured: number;
  /** Dropped for newer ones, because the renderer was busy. */
  readonly droppedBeforeRendering: number;
  readonly finished: number;
  /** Dropped for newer ones, because the sink was busy. */
  readonly droppedBeforeShowing: number;
}

export interface RealTimeReport extends FlowCounts {
  readonly session: MediaReport;
  readonly output: OutputStats;
}

export interface RealTimeProcessor {
  /**
   * Settles when capture, session and output are over.
   * @throws RuntimeError `renderer-failed` when the session ended before the capture; what camera and sink throw
   */
  readonly finished: Promise<RealTimeReport>;
  /** Ends the capture: what was captured is still rendered and shown. */
  stop(): void;
}

const STATS_MS = 1000;
/** After the capture, the session has so long to render what waits and to have its evidence kept. */
const END_MS = 20_000;
const END_STEP_MS = 200;

/**
 * A live session: capture, rendering and showing each at their own pace. The capture never waits; of what it cannot pass on, the
 * newest frames are kept. Capture and output run in the calling thread, which does nothing but hand frames on.
 */
export function createRealTimeProcessor(options: RealTimeOptions): RealTimeProcessor {
  const session = new LiveSession(options);
  return {
    finished: session.run(),
    stop() {
      session.stop();
    },
  };
}

type SessionOutcome = { readonly report: MediaReport } | { readonly error: unknown };

class LiveSession {
  private readonly memory: RealTimeMemory;
  private readonly startMs: number;
  private stopped = false;
  private rawFrames = 0;
  /** Ends the wait for a frame. */
  private wake: () => void = () => undefined;

  constructor(private readonly options: RealTimeOptions) {
    const { width, height } = options.size;
    this.startMs = options.clock.monotonicMs();
    this.memory = {
      captured: allocateFrameRing(width, height),
      finished: allocateFrameRing(width, height),
      permission: allocatePermission(),
    };
  }

  stop(): void {
    this.stopped = true;
    this.wake();
  }

  async run(): Promise<RealTimeReport> {
    const { sink, startRenderer, onEvent } = this.options;
    const thread = startRenderer(this.memory, (event) => {
      if (event.type === 'frame') this.rawFrames = event.rawFrames;
      else onEvent?.(event);
    });
    try {
      const [outcome, output] = await Promise.all([this.capture(this.watch(thread)), this.show()]);
      if ('error' in outcome)
        throw new RuntimeError('renderer-failed', 'The session ended before the camera did.', {
          cause: outcome.error,
        });
      await sink.finish();
      return { ...flowOf(this.memory), session: outcome.report, output };
    } catch (error) {
      await sink.abort();
      throw error;
    } finally {
      // A sink that is gone must not leave the camera running, nor the thread.
      this.stop();
      await thread.terminate();
    }
  }

  private show(): Promise<OutputStats> {
    const { sink, slate, clock, framesPerSecond, onEvent } = this.options;
    return showFrames({
      ...{
        captured: this.memory.captured,
        frames: this.memory.finished,
        permission: this.memory.permission,
        sink,
        slate,
        clock,
      },
      ...{ startMs: this.startMs, frameMs: 1000 / framesPerSecond },
      onReason: (reason) => onEvent?.({ type: 'output', reason }),
    });
  }

  /** A session that failed shows nothing more, whatever still waits. */
  private async watch(thread: RenderThread): Promise<SessionOutcome> {
    try {
      return { report: await thread.report };
    } catch (error) {
      openPermission(this.memory.permission).publish({ shut: 'render-failed' });
      this.options.onEvent?.({ type: 'failed', error });
      return { error };
    }
  }

  /** Captures to the end, gives the session time for what waits, and then ends the output if the session did not. */
  private async capture(session: Promise<SessionOutcome>): Promise<SessionOutcome> {
    try {
      await this.captureFrames();
      return await this.endOf(session);
    } finally {
      openRingWriter(this.memory.finished).close();
    }
  }

  /** Waits in short steps: one long one would outlive the session, and keep a process that is done from ending. */
  private async endOf(session: Promise<SessionOutcome>): Promise<SessionOutcome> {
    const { clock } = this.options;
    const untilMs = clock.monotonicMs() + END_MS;
    while (clock.monotonicMs() < untilMs) {
      const outcome = await Promise.race([session, clock.pause(END_STEP_MS).then(() => null)]);
      if (outcome !== null) return outcome;
    }
    return { error: new Error('The rendering thread did not end after the capture.') };
  }

  /** The next frame; null as soon as the capture is stopped. */
  private nextOf<T>(frames: AsyncIterator<T>): Promise<IteratorResult<T> | null> {
    return new Promise((resolve, reject) => {
      this.wake = () => {
        resolve(null);
      };
      if (this.stopped) this.wake();
      else frames.next().then(resolve, reject);
    });
  }

  private async captureFrames(): Promise<void> {
    const { camera, clock, onEvent } = this.options;
    const writer = openRingWriter(this.memory.captured);
    const frames = camera[Symbol.asyncIterator]();
    let toldMs = this.startMs;
    try {
      for (;;) {
        const next = await this.nextOf(frames);
        if (next?.done !== false) return;
        const nowMs = clock.monotonicMs();
        writer.write(next.value.frame, nowMs - this.startMs);
        if (nowMs - toldMs < STATS_MS) continue;
        toldMs = nowMs;
        onEvent?.({ type: 'stats', rawFrames: this.rawFrames, ...flowOf(this.memory) });
      }
    } finally {
      writer.close();
      // Not waited for: a camera that hangs does not end.
      void frames.return?.();
    }
  }
}

function flowOf({ captured, finished }: RealTimeMemory): FlowCounts {
  const [before, after] = [countFrames(captured), countFrames(finished)];
  return {
    captured: before.written,
    droppedBeforeRendering: before.dropped,
    finished: after.written,
    droppedBeforeShowing: after.dropped,
  };
}
