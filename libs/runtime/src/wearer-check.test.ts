import { describe, expect, it } from 'vitest';
import type { FaceObservation } from '@guise/frame';
import { cameraFrame, face } from './testing/camera.js';
import {
  createWearerCheck,
  WEARER_DOUBT_MS,
  WEARER_OPEN_STREAK,
  WEARER_RECHECK_MS,
  WEARER_RETRY_MS,
  WEARER_VALID_MS,
} from './wearer-check.js';

const FRAME = cameraFrame(0);

function bench() {
  const state = { cosine: 0.7, asked: 0 };
  const check = createWearerCheck(
    {
      track: () => Promise.resolve([]),
      embed: () => {
        state.asked += 1;
        return Promise.resolve(Float32Array.of(state.cosine));
      },
    },
    { sha256: '', compareWearer: ([cosine = -1]) => cosine },
  );
  const at = (ms: number, seen: FaceObservation = face(1, '')) => check.check(FRAME, seen, ms);
  return { state, check, at };
}

describe('the wearer check', () => {
  it('opens on one good value and asks again after one second', async () => {
    const { state, at } = bench();
    expect(await at(0)).toBe('match');
    for (let ms = 40; ms < WEARER_RECHECK_MS; ms += 40) expect(await at(ms)).toBe('match');
    expect(state.asked).toBe(1);
    await at(WEARER_RECHECK_MS);
    expect(state.asked).toBe(2);
  });

  it('opens on several fair values in a row, not on one', async () => {
    const { state, at } = bench();
    state.cosine = 0.4;
    const verdicts = [];
    for (let i = 0; i < WEARER_OPEN_STREAK; i++) verdicts.push(await at(i * WEARER_RETRY_MS));
    expect(verdicts).toEqual(['unchecked', 'unchecked', 'match']);
  });

  it('calls a stranger a mismatch at once, also on a trusted track', async () => {
    const { state, at } = bench();
    await at(0);
    state.cosine = 0.05;
    expect(await at(WEARER_RECHECK_MS)).toBe('mismatch');
    // One fair value does not reopen after a mismatch.
    state.cosine = 0.4;
    expect(await at(WEARER_RECHECK_MS + WEARER_RETRY_MS)).toBe('mismatch');
  });

  it('grants one second of doubt on an unbroken track', async () => {
    const { state, at } = bench();
    await at(0);
    state.cosine = 0.25;
    const doubtFrom = WEARER_RECHECK_MS;
    expect(await at(doubtFrom)).toBe('match');
    expect(await at(doubtFrom + WEARER_DOUBT_MS - 1)).toBe('match');
    expect(await at(doubtFrom + WEARER_DOUBT_MS + WEARER_RETRY_MS)).toBe('mismatch');
  });

  it('starts over with every new track and after forget', async () => {
    const { state, at, check } = bench();
    await at(0);
    state.cosine = 0.25;
    expect(await at(40, face(2, ''))).toBe('unchecked');
    state.cosine = 0.7;
    expect(await at(80, face(3, ''))).toBe('match');
    check.forget();
    state.cosine = 0.1;
    expect(await at(120, face(3, ''))).toBe('mismatch');
  });

  it('puts the check off while the head is turned, but not for ever', async () => {
    const { state, at } = bench();
    await at(0);
    const turned = { ...face(1, ''), pose: { ...face(1, '').pose, yawDeg: 45 } };
    await at(WEARER_RECHECK_MS, turned);
    await at(WEARER_VALID_MS - 1, turned);
    expect(state.asked).toBe(1);
    await at(WEARER_VALID_MS, turned);
    expect(state.asked).toBe(2);
  });

  const moved = (part: number): FaceObservation => {
    const seen = face(1, '');
    return { ...seen, box: { ...seen.box, x: seen.box.x + part * seen.box.width } };
  };
  const grown = (factor: number): FaceObservation => {
    const seen = face(1, '');
    const { x, y, width, height } = seen.box;
    return { ...seen, box: { x, y, width: width * factor, height: height * factor } };
  };
  const turned: FaceObservation = { ...moved(0.5), pose: { ...face(1, '').pose, yawDeg: 60 } };

  it.each([
    ['its box jumps', moved(0.3)],
    ['it jumps while turned away', turned],
    ['it grows', grown(1.4)],
    ['it shrinks', grown(0.7)],
    ['its box is no number', moved(Number.NaN)],
  ])('finds out who took over a track in the very frame in which %s', async (_name, seen) => {
    const { state, at } = bench();
    await at(0);
    await at(40);
    state.cosine = 0.05;
    expect(await at(80, seen)).toBe('mismatch');
  });

  it('grants no doubt after a break, and lets the wearer go on', async () => {
    const { state, at } = bench();
    await at(0);
    state.cosine = 0.4;
    expect(await at(40, moved(0.5))).toBe('match');
    state.cosine = 0.25;
    expect(await at(80, moved(0.5))).toBe('match');
    expect(await at(120, moved(0))).toBe('unchecked');
  });

  it('asks once for every break and not for a head that moves', async () => {
    const { state, at } = bench();
    await at(0);
    for (let i = 1; i < 20; i++) await at(i * 40, moved(i * 0.15));
    expect(state.asked).toBe(1);
    await at(800, moved(0));
    await at(840, moved(0));
    expect(state.asked).toBe(2);
  });

  it('checks whoever is seen after a frame without a face', async () => {
    const { state, check, at } = bench();
    await at(0);
    check.lost();
    state.cosine = 0.05;
    expect(await at(80)).toBe('mismatch');
  });

  it('does not count fair values from before a break', async () => {
    const { state, at } = bench();
    state.cosine = 0.4;
    for (let i = 0; i < WEARER_OPEN_STREAK - 1; i++) await at(i * WEARER_RETRY_MS);
    expect(await at(WEARER_OPEN_STREAK * WEARER_RETRY_MS, moved(0.5))).toBe('unchecked');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('takes a cosine of %s for no likeness', async (cosine) => {
    const { state, at } = bench();
    state.cosine = cosine;
    expect(await at(0)).toBe('mismatch');
  });
});
