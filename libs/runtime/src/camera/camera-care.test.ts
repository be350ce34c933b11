import { expect, it } from 'vitest';
import { rungsOf, settingsOf } from '../quality/rungs.js';
import { createStageTimes } from '../stage-times.js';
import { SCENE, scene, withNoise } from '../testing/noisy-scene.js';
import { createCameraCare } from './camera-care.js';

const noisy = (i: number) => withNoise(scene(20, 30), 3, `frame ${String(i)}`);

it('leaves the noise where the machine is too slow, from the first rung on, and the light as it is', () => {
  const times = createStageTimes(() => 0);
  const care = createCameraCare(SCENE, { fillLight: true, denoise: true }, times);
  const light = createCameraCare(SCENE, { fillLight: true, denoise: false }, times);
  const [first] = rungsOf({ enhancement: true, light: true, size: true }).slice(1);
  const { enhances } = settingsOf(first ?? 'full');
  expect(enhances).toBe(false);
  for (let i = 0; i < 6; i++) {
    const [improved, lit] = [noisy(i), noisy(i)];
    care?.improve(improved, 40 * i, i < 3 ? true : enhances);
    light?.improve(lit, 40 * i, true);
    // The first frame has none before it to be smoothed with.
    expect(Buffer.compare(improved.data, lit.data) === 0).toBe(i === 0 || i >= 3);
  }
});

it('is none where nothing is wished', () => {
  expect(
    createCameraCare(
      SCENE,
      { fillLight: false, denoise: false },
      createStageTimes(() => 0),
    ),
  ).toBeNull();
});

it('goes by the last face for a second, and by the middle of the picture after', () => {
  const care = createCameraCare(
    SCENE,
    { fillLight: true, denoise: false },
    createStageTimes(() => 0),
  );
  // A dark room with a bright lamp in a corner, and a "face" that is the lamp.
  const lamp = { x: 0, y: 0, width: 24, height: 96 };
  const lit = (i: number, note: boolean): boolean => {
    const frame = scene(0, 30, 200);
    const before = frame.data.slice();
    if (note) care?.noteFace(lamp);
    care?.improve(frame, 40 * i, true);
    return Buffer.compare(frame.data, before) !== 0;
  };
  const lifted = Array.from({ length: 80 }, (_, i) => lit(i, i < 20));
  expect(lifted.slice(2, 44)).not.toContain(true);
  expect(lifted.at(-1)).toBe(true);
});
