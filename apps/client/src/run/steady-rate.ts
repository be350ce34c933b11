import type { I420Frame } from '@guise/frame';
import type { FrameSink } from '@guise/runtime';

/** How far a picture may lie from its place before another one is put there: cameras are not punctual. */
const TOLERANCE = 0.75;

export interface SteadyOutput {
  write(frame: I420Frame): Promise<void>;
  finish(): Promise<unknown>;
  abort(): Promise<void>;
}

/** A sink of constant rate, and what it had to do for it. */
export interface SteadySink extends FrameSink {
  readonly counts: { readonly written: number; readonly repeated: number; readonly late: number };
}

/**
 * For files and pipes, where the place of a picture is its time: picture n is shown n / rate after the first. Gaps are filled with the picture
 * that ends them, never with an older one: what is shown no more stays so. Pictures whose place is taken are left out.
 */
export function steadyRate(output: SteadyOutput, framesPerSecond: number): SteadySink {
  const counts = { written: 0, repeated: 0, late: 0 };
  let firstMs: number | null = null;
  return {
    counts,
    async write(frame, timestampMs) {
      firstMs ??= timestampMs;
      const place = ((timestampMs - firstMs) * framesPerSecond) / 1000;
      if (place < counts.written - TOLERANCE) {
        counts.late += 1;
        return;
      }
      while (place >= counts.written + TOLERANCE) {
        await output.write(frame);
        counts.written += 1;
        counts.repeated += 1;
      }
      await output.write(frame);
      counts.written += 1;
    },
    finish: () => output.finish(),
    abort: () => output.abort(),
  };
}
