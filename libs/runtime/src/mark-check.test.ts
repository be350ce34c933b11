import { describe, expect, it } from 'vitest';
import { createMarkCheck, markChangedLuma, SELF_TEST_EPOCHS, SELF_TEST_STRIKES } from './mark-check.js';
import { cameraFrame, paintMark } from './testing/camera.js';

function marked() {
  const frame = cameraFrame(0);
  paintMark(frame, 0);
  return frame;
}

function bench() {
  const state = { readable: true, reads: 0 };
  const check = createMarkCheck({
    readsBack: () => {
      state.reads += 1;
      return state.readable;
    },
  });
  return { state, at: (epoch: number) => check.holds(cameraFrame(0), marked(), epoch) };
}

describe('the mark check', () => {
  it('knows a mark from none and from damage', () => {
    expect(markChangedLuma(cameraFrame(0), marked())).toBe(true);
    expect(markChangedLuma(cameraFrame(0), cameraFrame(0))).toBe(false);
    expect(markChangedLuma(cameraFrame(0), cameraFrame(5))).toBe(false);
  });

  it('reads the mark back at the start and every ten epochs', () => {
    const { state, at } = bench();
    for (let epoch = 0; epoch < 2 * SELF_TEST_EPOCHS; epoch++) for (let i = 0; i < 3; i++) at(epoch);
    expect(state.reads).toBe(2);
  });

  it('lets nothing pass before the mark was read once', () => {
    const { state, at } = bench();
    state.readable = false;
    expect([at(0), at(0), at(1)]).toEqual([false, false, false]);
    state.readable = true;
    expect(at(1)).toBe(true);
  });

  it('forgives some unreadable frames later on, then shuts until one is read again', () => {
    const { state, at } = bench();
    at(0);
    state.readable = false;
    const later = SELF_TEST_EPOCHS;
    const verdicts = Array.from({ length: SELF_TEST_STRIKES + 2 }, () => at(later));
    expect(verdicts).toEqual([true, true, false, false, false]);
    state.readable = true;
    expect([at(later), at(later)]).toEqual([true, true]);
    expect(state.reads).toBe(1 + SELF_TEST_STRIKES + 2 + 1);
  });
});
