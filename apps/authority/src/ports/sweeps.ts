/** Work that repeats until it is stopped. */
export interface Sweeps {
  /** Begins no further run; resolves when one that is under way has ended. */
  stop(): Promise<void>;
}

/**
 * Repeats `work` at an interval, never twice at once: a run that takes longer takes the place of the next. What a run throws
 * goes to `onError`, and the next one comes all the same. Keeps no process alive.
 */
export function sweepEvery(
  intervalMs: number,
  work: () => Promise<void>,
  onError: (error: unknown) => void,
): Sweeps {
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= work()
      .catch(onError)
      .finally(() => {
        running = null;
      });
  }, intervalMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
