import type { FrameSink, FrameSource } from '../ports.js';
import { openRingReader, openRingWriter, type FrameRingMemory, type RingFrame } from './frame-ring.js';

/** The frames of a ring, for the thread that renders. Each is released when the next one is asked for. */
export function ringSource(memory: FrameRingMemory): FrameSource {
  return {
    async *[Symbol.asyncIterator]() {
      const reader = openRingReader(memory);
      let taken: RingFrame | null = null;
      try {
        while ((taken = await reader.take()) !== null) {
          yield { frame: taken.frame, index: taken.index, timestampMs: taken.timestampMs };
          taken.release();
        }
      } finally {
        taken?.release();
      }
    },
  };
}

/**
 * A ring as the place where finished frames go, each with the time at which it was captured. A session that fails leaves it open:
 * what is shown then is the slate, until the capture ends.
 */
export function ringSink(memory: FrameRingMemory): FrameSink {
  const writer = openRingWriter(memory);
  return {
    write(frame, timestampMs) {
      writer.write(frame, timestampMs);
      return Promise.resolve();
    },
    finish() {
      writer.close();
      return Promise.resolve();
    },
    abort: () => Promise.resolve(),
  };
}
