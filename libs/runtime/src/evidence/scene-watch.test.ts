import { createI420, type I420Frame } from '@guise/frame';
import { createSeededRandom } from '@guise/testing';
import { describe, expect, it } from 'vitest';
import { createSceneWatch } from './scene-watch.js';

const SIZE = { width: 320, height: 180 };

/** A bright head of a sixth of the width before a dark wall, `shift` pixels to the right. */
function scene(shift: number, change: (luma: number, i: number) => number = (luma) => luma): I420Frame {
  const frame = createI420(SIZE.width, SIZE.height, 60);
  for (let y = 60; y < 140; y++)
    frame.data.fill(180, y * SIZE.width + 130 + shift, y * SIZE.width + 190 + shift);
  const luma = frame.data.subarray(0, SIZE.width * SIZE.height);
  luma.forEach((value, i) => (luma[i] = change(value, i)));
  return frame;
}

describe('the watch over a scene', () => {
  it('calls everything moved before it remembers something', () => {
    expect(createSceneWatch().hasMoved(scene(0))).toBe(true);
  });

  it('does not take noise, a little light, or a still picture for motion', () => {
    const watch = createSceneWatch();
    watch.remember(scene(0));
    const noise = createSeededRandom('noise')(SIZE.width * SIZE.height);
    expect(watch.hasMoved(scene(0))).toBe(false);
    expect(watch.hasMoved(scene(0, (luma) => luma + 3))).toBe(false);
    expect(watch.hasMoved(scene(0, (luma, i) => luma + ((noise[i] ?? 0) % 5) - 2))).toBe(false);
  });

  it('notices a head that moves by a twentieth of the width, and one small thing that comes', () => {
    const watch = createSceneWatch();
    watch.remember(scene(0));
    expect(watch.hasMoved(scene(16))).toBe(true);
    const cup = (luma: number, i: number) =>
      i % SIZE.width < 30 && i > 150 * SIZE.width && i < 175 * SIZE.width ? 150 : luma;
    expect(watch.hasMoved(scene(0, cup))).toBe(true);
    watch.remember(scene(16));
    expect(watch.hasMoved(scene(16))).toBe(false);
  });
});
