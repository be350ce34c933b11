import { createI420, type FaceObservation, type I420Frame } from '@guise/frame';
import { expect, it } from 'vitest';
import { faceFlicker } from './face-measures.js';

const face = { box: { x: 10, y: 10, width: 40, height: 40 } } as FaceObservation;

/** Slopes of so many code values a pixel, moved sideways. */
function slopes(perPx: number, movedPx: number): I420Frame {
  const frame = createI420(64, 64);
  for (let i = 0; i < 64 * 64; i++) frame.data[i] = 60 + perPx * ((i % 64) - movedPx);
  return frame;
}

it('sees trembling, not even motion', () => {
  expect(faceFlicker([slopes(2, 0), slopes(2, 1), slopes(2, 2)], face).luma).toBe(0);
  expect(faceFlicker([slopes(2, 0), slopes(2, 1), slopes(2, 0)], face).luma).toBe(2);
});

it('takes the same trembling for the same in a crisp picture and in a soft one', () => {
  const trembling = (perPx: number) =>
    faceFlicker([slopes(perPx, 0), slopes(perPx, 1), slopes(perPx, 0)], face);
  expect(trembling(3).luma).toBe(3 * trembling(1).luma);
  expect(trembling(3).px).toBeCloseTo(trembling(1).px, 6);
  expect(trembling(1).px).toBeCloseTo(1, 6);
});
