import { Clock } from '../ports/clock.js';

/** 2026-11-01T12:00:00Z */
const START_MS = 1_793_534_400_000;

/** A clock that only the test moves. */
export class TestClock extends Clock {
  private ms = START_MS;

  override nowMs(): number {
    return this.ms;
  }

  advanceSeconds(seconds: number): void {
    this.ms += seconds * 1000;
  }
}
