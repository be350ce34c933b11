/** A wall clock and a monotonic clock that only the test moves. */
export interface FakeClock {
  /** Wall time, whole seconds since 1970. */
  readonly nowSeconds: () => number;
  /** Wall time, milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Milliseconds that never run back, whatever is done to the wall clock. */
  readonly monotonicMs: () => number;
  /** Lets time pass on both clocks. */
  advanceMs(ms: number): void;
  /** Sets the wall clock alone, as a user or an NTP step would. */
  setWallMs(ms: number): void;
}

/** 2026-11-01T12:00:00Z: a fixed start, so that recorded values stay valid. */
export const FAKE_START_MS = 1_793_534_400_000;

export function createFakeClock(startMs: number = FAKE_START_MS): FakeClock {
  let wall = startMs;
  let monotonic = 0;
  return {
    nowSeconds: () => Math.floor(wall / 1000),
    nowMs: () => wall,
    monotonicMs: () => monotonic,
    advanceMs(ms) {
      if (!(ms >= 0)) throw new RangeError('time passes forwards');
      wall += ms;
      monotonic += ms;
    },
    setWallMs(ms) {
      wall = ms;
    },
  };
}
