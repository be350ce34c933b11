import { describe, expect, it } from 'vitest';
import { createFakeClock } from '@guise/testing';
import { CLOCK_JUMP_MS, createAuthorityTime } from './authority-time.js';
import { runtimeClock } from './testing/world.js';

const SERVER = 1_900_000_000;

describe('authority time', () => {
  it('is the authority’s, carried forward by the monotonic clock', () => {
    const clock = createFakeClock();
    const time = createAuthorityTime(runtimeClock(clock));
    expect(time.nowSeconds()).toBe(clock.nowMs() / 1000);
    time.anchor(SERVER, clock.monotonicMs());
    clock.advanceMs(1_500);
    clock.setWallMs(0);
    expect(time.nowSeconds()).toBe(SERVER + 1.5);
  });

  it('counts an answer from the moment it was asked for, and never runs back', () => {
    const clock = createFakeClock();
    const time = createAuthorityTime(runtimeClock(clock));
    clock.advanceMs(3_000);
    time.anchor(SERVER, 1_000);
    expect(time.nowSeconds()).toBe(SERVER + 2);
    time.anchor(SERVER - 100, clock.monotonicMs());
    expect(time.nowSeconds()).toBe(SERVER + 2);
  });

  it.each([CLOCK_JUMP_MS + 1, -CLOCK_JUMP_MS - 1])(
    'remembers a jump of %i ms until the next anchor',
    (jump) => {
      const clock = createFakeClock();
      const time = createAuthorityTime(runtimeClock(clock));
      time.anchor(SERVER, clock.monotonicMs());
      clock.setWallMs(clock.nowMs() + jump);
      expect(time.hasJumped()).toBe(true);
      clock.setWallMs(clock.nowMs() - jump);
      expect(time.hasJumped()).toBe(true);
      time.anchor(SERVER, clock.monotonicMs());
      expect(time.hasJumped()).toBe(false);
    },
  );

  it('lets a clock be slewed', () => {
    const clock = createFakeClock();
    const time = createAuthorityTime(runtimeClock(clock));
    clock.setWallMs(clock.nowMs() + CLOCK_JUMP_MS);
    expect(time.hasJumped()).toBe(false);
  });
});
