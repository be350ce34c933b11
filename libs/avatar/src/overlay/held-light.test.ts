import { planesOf, type I420Frame } from '@guise/frame';
import { expect, it } from 'vitest';
import { cameraFrame, observe, paintAvatar, syntheticLandmarks } from '../test-support/synthetic-face.js';
import { createOverlayRenderer } from './renderer.js';

const AVATAR = { x: 300, y: 340, pxPerCm: 28 };
const SEAT = { x: 320, y: 240, pxPerCm: 18 };

const landmarks = syntheticLandmarks(AVATAR);
const picture = paintAvatar(landmarks, AVATAR.pxPerCm, { skin: [200, 160, 140] });
const renderer = createOverlayRenderer({ picture, landmarks }, { textureSide: 128 });

/** Luma in the middle of the face, in a scene that grows darker from frame to frame. */
function lumas(follows: boolean): number[] {
  renderer.followLight(true);
  renderer.reset();
  const face = observe(syntheticLandmarks(SEAT));
  return [190, 150, 110, 70].map((luma, index) => {
    const frame: I420Frame = cameraFrame(640, 480, luma);
    if (index === 1) renderer.followLight(follows);
    expect(renderer.render(frame, face).status).toBe('rendered');
    return planesOf(frame).y[(SEAT.y - 20) * 640 + SEAT.x] ?? 0;
  });
}

it('follows the light of the scene, or keeps what it found last', () => {
  const [first = 0, ...followed] = lumas(true);
  expect(followed.at(-1)).toBeLessThan(first - 20);
  const [start = 0, ...held] = lumas(false);
  expect(start).toBe(first);
  for (const luma of held) expect(Math.abs(luma - start)).toBeLessThanOrEqual(2);
});
