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
