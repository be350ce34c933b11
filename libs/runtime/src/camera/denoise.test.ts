import { describe, expect, it } from 'vitest';
import type { I420Frame } from '@guise/frame';
import { errorOf, scene, SCENE, withNoise } from '../testing/noisy-scene.js';
import { createDenoiser } from './denoise.js';

const LUMA = SCENE.width * SCENE.height;

/** The last of so many pictures, each with noise of its own. */
function last(pictures: readonly I420Frame[], sigma: number) {
  const denoiser = createDenoiser(SCENE);
  let frame = pictures[0] ?? scene(null);
  pictures.forEach((picture, i) => {
    frame = withNoise(picture, sigma, `noise ${String(i)}`);
    denoiser.apply(frame);
  });
  return { frame, denoiser };
}

describe('the noise of a camera', () => {
  it.each([2, 5])(
    'of ±%d is less than half where nothing moves, and nothing gets lighter or darker',
    (sigma) => {
      const truth = scene(40);
      const { frame, denoiser } = last(
        Array.from({ length: 30 }, () => truth),
        sigma,
      );
      const noisy = errorOf(withNoise(truth, sigma, 'another'), truth);
      const luma = errorOf(frame, truth);
      expect(luma.sigma).toBeLessThan(0.5 * noisy.sigma);
      expect(Math.abs(luma.mean)).toBeLessThan(0.25);
      const chroma = errorOf(frame, truth, LUMA, truth.data.length);
      expect(chroma.sigma).toBeLessThan(0.6 * (sigma / 2));
      expect(Math.abs(chroma.mean)).toBeLessThan(0.25);
      expect(denoiser.lumaSigma).toBeGreaterThan(0.7 * sigma);
      expect(denoiser.lumaSigma).toBeLessThan(1.4 * sigma);
    },
  );

  it('leaves a moving edge where it is: no trail before or behind it', () => {
    const at = (i: number): number => 8 + 3 * i;
    const count = 25;
    const { frame } = last(
      Array.from({ length: count }, (_, i) => scene(at(i))),
      3,
    );
    const edge = at(count - 1);
    for (let row = 0; row < SCENE.height; row++)
      for (const [column, level] of [
        [edge - 1, 70],
        [edge - 3, 70],
        [edge, 160],
        [edge + 23, 160],
        [edge + 24, 70],
      ] as const)
        expect(Math.abs((frame.data[row * SCENE.width + column] ?? 0) - level)).toBeLessThanOrEqual(16);
  });

  it('is found to be none in a clean picture, which comes through as it is', () => {
    const { frame, denoiser } = last(
      Array.from({ length: 20 }, (_, i) => scene(10 + (i % 2))),
      0,
    );
    expect(denoiser.lumaSigma).toBeLessThan(1);
    expect(errorOf(frame, scene(11)).sigma).toBeLessThan(0.5);
  });
});

it('follows a change of light that is as small as the noise, within some pictures', () => {
  const pictures = Array.from({ length: 40 }, (_, i) => scene(null, i < 20 ? 70 : 75));
  const { frame } = last(pictures, 4);
  expect(Math.abs(errorOf(frame, scene(null, 75)).mean)).toBeLessThan(0.4);
});

it('has nothing of what came before after it was told to forget, however alike the pictures are', () => {
  const denoiser = createDenoiser(SCENE);
  for (let i = 0; i < 10; i++) denoiser.apply(withNoise(scene(30), 5, `before ${String(i)}`));
  denoiser.forget();
  const next = withNoise(scene(31), 5, 'after');
  const untouched = next.data.slice();
  denoiser.apply(next);
  expect(next.data).toEqual(untouched);
});
