import type { RuntimeClock } from './ports.js';

/** Divergence of the wall clock from the monotonic clock that counts as a jump: above NTP slewing, below one lease. */
export const CLOCK_JUMP_MS = 2_000;

/**
 * Time as the authority tells it, carried forward by the monotonic clock (DESIGN §6): setting this device's clock back
 * in mid-session gains nothing. The wall clock is used before the first anchor only.
 */
export interface AuthorityTime {
  /** Takes over the authority's time, as of a moment on the monotonic clock; forgets an earlier jump. */
  anchor(serverTimeSeconds: number, atMonotonicMs: number): void;
  /** Unix seconds with fraction; never runs back. */
  nowSeconds(): number;
  /** The wall clock and the monotonic clock disagree since the last anchor. */
  hasJumped(): boolean;
}

export function createAuthorityTime(clock: RuntimeClock): AuthorityTime {
  const offset = () => clock.wallMs() - clock.monotonicMs();
  /** Authority time minus monotonic time. */
  let anchorMs = offset();
  let wallOffsetMs = offset();
  let latest = Number.NEGATIVE_INFINITY;
  let jumped = false;
  return {
    anchor(serverTimeSeconds, atMonotonicMs) {
      anchorMs = serverTimeSeconds * 1000 - atMonotonicMs;
      wallOffsetMs = offset();
      jumped = false;
    },
    nowSeconds() {
      latest = Math.max(latest, anchorMs + clock.monotonicMs());
      return latest / 1000;
    },
    hasJumped() {
      // Remembered: a clock that jumped and came back has still jumped.
      jumped ||= Math.abs(offset() - wallOffsetMs) > CLOCK_JUMP_MS;
      return jumped;
    },
  };
}
