import { i420Bytes, type I420Frame } from '@guise/frame';
import type { FrameSource, RuntimeClock } from './ports.js';

export interface IntakeOptions {
  readonly source: FrameSource;
  /** Of every frame. */
  readonly size: { readonly width: number; readonly height: number };
  readonly clock: Pick<RuntimeClock, 'monotonicMs'> & { readonly pause: (ms: number) => Promise<void> };
  /** Frames that are left out before anybody looks at them. */
  readonly isSpared: (timestampMs: number) => boolean;
  /** Improves each frame in place, once, before anybody else sees it; null: frames are taken as they come. */
  readonly improve?: ((frame: I420Frame, timestampMs: number) => void) | null;
  /** Is handed each frame that was pulled ahead, as it arrives; null: none is pulled ahead. */
  readonly foresee: ((frame: I420Frame, timestampMs: number) => void) | null;
}

/** A frame to be processed; it stays as it is until the frame after the next one is pulled. */
export interface TakenFrame {
  readonly frame: I420Frame;
  readonly timestampMs: number;
  readonly arrivedMs: number;
}

/** Takes frames from a source, in order, at most one ahead of the one that is processed. */
export interface Intake {
  /** Null at the end. Rejects with what the source throws. */
  next(): Promise<TakenFrame | null>;
  /** Asks for the frame that `next` will give, while the present one is still worked on. */
  pullAhead(): void;
  /** Ends the source, wherever it is. */
  close(): Promise<void>;
}

/** A source that gives nothing is not waited for longer than this when it is ended. */
const CLOSING_MS = 1_000;

export function createIntake(options: IntakeOptions): Intake {
  const { source, size, clock, isSpared, foresee, improve = null } = options;
  const frames = source[Symbol.asyncIterator]();
  const copies = foresee === null && improve === null ? null : createCopies(size);
  let ahead: Promise<TakenFrame | null> | null = null;

  const pull = async (): Promise<TakenFrame | null> => {
    for (;;) {
      const next = await frames.next();
      if (next.done === true) return null;
      const { frame, timestampMs } = next.value;
      if (isSpared(timestampMs)) continue;
      const arrivedMs = clock.monotonicMs();
      const copy = copies?.take(frame) ?? null;
      if (copy !== null) improve?.(copy, timestampMs);
      return { frame: copy ?? frame, timestampMs, arrivedMs };
    }
  };

  return {
    next() {
      const taken = ahead ?? pull();
      ahead = null;
      return taken;
    },
    pullAhead() {
      if (foresee === null || ahead !== null) return;
      ahead = pull().then((taken) => {
        if (taken !== null) foresee(taken.frame, taken.timestampMs);
        return taken;
      });
      // Heard by whoever asks for the frame.
      ahead.catch(() => undefined);
    },
    async close() {
      const closed = Promise.resolve(frames.return?.()).catch(() => undefined);
      // A source that is just asked for a frame ends after it: a camera may never give it.
      await (ahead === null ? closed : Promise.race([closed, clock.pause(CLOSING_MS)]));
    },
  };
}

/**
 * Two frames in shared memory, in turn: a source may use its own again as soon as the next one is asked for, and sight in another
 * thread reads these where they are.
 */
function createCopies({ width, height }: IntakeOptions['size']): {
  take(frame: I420Frame): I420Frame | null;
} {
  const copy = (): I420Frame => ({
    ...{ width, height },
    data: new Uint8Array(new SharedArrayBuffer(i420Bytes(width, height))),
  });
  let [present, other] = [copy(), copy()];
  return {
    take(frame) {
      // Of another size: whoever processes it refuses it.
      if (frame.data.length !== present.data.length) return null;
      [present, other] = [other, present];
      present.data.set(frame.data);
      return { width: frame.width, height: frame.height, data: present.data };
    },
  };
}
