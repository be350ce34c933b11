import type { FaceObservation, I420Frame } from '@guise/frame';
import { describe, expect, it } from 'vitest';
import { cameraFrame, face, FACE_BOX } from '../testing/camera.js';
import { createSparedTracking } from './spared-tracking.js';

const STILL = cameraFrame(0);
const STEP_MS = 40;

/** A face that moves to the right by a pixel in every frame, and shuts its eyes. */
const movingFace = (index: number): FaceObservation => ({
  ...face(1, 'wearer'),
  box: { ...FACE_BOX, x: FACE_BOX.x + index },
  landmarks: new Float32Array(478 * 3).fill(100 + index),
  expression: { ...face(1, 'wearer').expression, leftLid: Math.max(0, 1 - index / 4) },
});

function openTracking(
  facesAt: (index: number) => readonly FaceObservation[] = (index) => [movingFace(index)],
) {
  const measured: number[] = [];
  let index = -1;
  const tracking = createSparedTracking({
    track: () => {
      measured.push(index);
      return Promise.resolve(facesAt(index));
    },
  });
  return {
    measured,
    tracking,
    next: (frame: I420Frame, spares = true) => {
      index += 1;
      return tracking.track(frame, index * STEP_MS, spares);
    },
  };
}

/** The camera's picture with another luma in a part of the face. */
function changed(by: number, part = { ...FACE_BOX, width: 20, height: 20 }): I420Frame {
  const frame = { ...STILL, data: STILL.data.slice() };
  for (let y = part.y; y < part.y + part.height; y++)
    for (let x = part.x; x < part.x + part.width; x++) {
      const i = y * frame.width + x;
      frame.data[i] = (frame.data[i] ?? 0) + by;
    }
  return frame;
}

describe('spared tracking', () => {
  it('measures every frame until it may spare some', async () => {
    const { next, measured } = openTracking();
    for (let i = 0; i < 4; i++) await next(STILL, false);
    expect(measured).toEqual([0, 1, 2, 3]);
  });

  it('measures every second frame of a still picture, and carries the movement on in between', async () => {
    const { next, measured } = openTracking();
    const seen: (FaceObservation | undefined)[] = [];
    for (let i = 0; i < 6; i++) seen.push((await next(STILL))[0]);
    expect(measured).toEqual([0, 2, 4]);
    expect(seen.map((found) => (found?.box.x ?? 0) - FACE_BOX.x)).toEqual([0, 0, 2, 3, 4, 5]);
    expect(seen.map((found) => found?.landmarks[7])).toEqual([100, 100, 102, 103, 104, 105]);
    expect(seen.map((found) => found?.expression.leftLid)).toEqual([1, 1, 0.5, 0.25, 0, 0]);
  });

  it.each([
    ['somebody else appears', changed(30)],
    ['the light changes', changed(5, { x: 0, y: 0, width: 160, height: 120 })],
  ])('measures at once when %s', async (_what, frame) => {
    const { next, measured } = openTracking();
    await next(STILL);
    await next(frame);
    expect(measured).toEqual([0, 1]);
  });

  it('is not kept from sparing by noise', async () => {
    const { next, measured } = openTracking();
    await next(STILL);
    const noisy = { ...STILL, data: STILL.data.map((value, i) => value + ((i * 7919) % 13) - 6) };
    await next(noisy);
    expect(measured).toEqual([0]);
  });

  it.each([
    ['nobody', []],
    ['two people', [face(1, 'wearer'), face(2, 'other')]],
  ])('measures every frame while %s is there', async (_who, faces) => {
    const { next, measured } = openTracking(() => faces);
    for (let i = 0; i < 3; i++) expect(await next(STILL)).toEqual(faces);
    expect(measured).toEqual([0, 1, 2]);
  });

  it('measures after nobody watched, and when the detector failed', async () => {
    const { next, measured, tracking } = openTracking();
    await next(STILL);
    tracking.forget();
    await next(STILL);
    expect(measured).toEqual([0, 1]);
    let isBroken = false;
    const failing = openTracking((index) => {
      if (isBroken) throw new Error('no detector');
      return [movingFace(index)];
    });
    await failing.next(STILL);
    isBroken = true;
    await failing.next(STILL);
    await expect(failing.next(STILL)).rejects.toThrow('no detector');
  });
});

describe('a foreseen frame', () => {
  it('is looked at once, and before it is asked for', async () => {
    const { measured, tracking } = openTracking();
    const next = cameraFrame(1);
    tracking.foresee(next, STEP_MS, false);
    await Promise.resolve();
    expect(measured).toHaveLength(1);
    expect(await tracking.track(next, STEP_MS, false)).toHaveLength(1);
    expect(measured).toHaveLength(1);
    await tracking.track(next, STEP_MS, false);
    expect(measured).toHaveLength(2);
  });

  it('stands for no other frame, and for none after it was forgotten', async () => {
    const { measured, tracking } = openTracking();
    tracking.foresee(STILL, 0, false);
    await tracking.track(cameraFrame(1), STEP_MS, false);
    expect(measured).toHaveLength(2);
    tracking.foresee(STILL, 2 * STEP_MS, false);
    tracking.forget();
    await tracking.track(STILL, 2 * STEP_MS, false);
    expect(measured).toHaveLength(4);
  });

  it('spares nothing after what was forgotten while it was looked at', async () => {
    const { measured, tracking } = openTracking();
    tracking.foresee(STILL, 0, true);
    tracking.forget();
    await tracking.track(STILL, STEP_MS, true);
    await tracking.track(STILL, 2 * STEP_MS, true);
    // The second is spared after the first: had the forgotten one counted, the first would have been.
    expect(measured).toHaveLength(2);
  });

  it('that could not be looked at fails for whoever asks for it, and not for the next', async () => {
    let fails = true;
    const tracking = createSparedTracking({
      track: () => (fails ? Promise.reject(new Error('no detector')) : Promise.resolve([movingFace(0)])),
    });
    tracking.foresee(STILL, 0, false);
    await expect(tracking.track(STILL, 0, false)).rejects.toThrow('no detector');
    fails = false;
    expect(await tracking.track(STILL, STEP_MS, false)).toHaveLength(1);
  });

  it('waits until the frame before was looked at', async () => {
    const running: number[] = [];
    let most = 0;
    const tracking = createSparedTracking({
      track: async (_frame, timestampMs) => {
        running.push(timestampMs);
        most = Math.max(most, running.length);
        await new Promise((resolve) => setImmediate(resolve));
        running.pop();
        return [];
      },
    });
    const first = tracking.track(STILL, 0, false);
    tracking.foresee(STILL, STEP_MS, false);
    await Promise.all([first, tracking.track(STILL, STEP_MS, false)]);
    expect(most).toBe(1);
  });
});
