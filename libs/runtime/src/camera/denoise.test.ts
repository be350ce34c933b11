import { describe, expect, it } from 'vitest';
import type { Box, I420Frame } from '@guise/frame';
import { errorOf, scene, SCENE, withNoise } from '../testing/noisy-scene.js';
import { createDenoiser } from './denoise.js';

const LUMA = SCENE.width * SCENE.height;

/** The last of so many pictures, each with noise of its own. */
function last(pictures: readonly I420Frame[], sigma: number) {
  const denoiser = createDenoiser(SCENE);
  let frame = pictures[0] ?? scene(null);
  pictures.forEach((picture, i) => {
    frame = withNoise(picture, sigma, `noise ${String(i)}`);
    denoiser.apply(frame, null);
  });
  return { frame, denoiser };
}

describe('the noise of a camera', () => {
  it.each([2, 5])('of ±%d is much less where nothing moves, and nothing gets lighter or darker', (sigma) => {
    const truth = scene(40);
    const { frame, denoiser } = last(
      Array.from({ length: 30 }, () => truth),
      sigma,
    );
    const noisy = errorOf(withNoise(truth, sigma, 'another'), truth);
    const luma = errorOf(frame, truth);
    expect(luma.sigma).toBeLessThan(0.62 * noisy.sigma);
    expect(Math.abs(luma.mean)).toBeLessThan(0.25);
    const chroma = errorOf(frame, truth, LUMA, truth.data.length);
    expect(chroma.sigma).toBeLessThan(0.7 * (sigma / 2));
    expect(Math.abs(chroma.mean)).toBeLessThan(0.25);
    expect(denoiser.lumaSigma).toBeGreaterThan(0.7 * sigma);
    expect(denoiser.lumaSigma).toBeLessThan(1.4 * sigma);
  });

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
  for (let i = 0; i < 10; i++) denoiser.apply(withNoise(scene(30), 5, `before ${String(i)}`), null);
  denoiser.forget();
  const next = withNoise(scene(31), 5, 'after');
  const untouched = next.data.slice();
  denoiser.apply(next, null);
  expect(next.data).toEqual(untouched);
});

it('leaves the face and its surroundings as the camera gave them', () => {
  const face: Box = { x: 40, y: 30, width: 32, height: 40 };
  const denoiser = createDenoiser(SCENE);
  const show = (i: number, at: Box | null): { frame: I420Frame; camera: Uint8Array } => {
    const frame = withNoise(scene(null), 5, `face ${String(i)}`);
    const camera = frame.data.slice();
    denoiser.apply(frame, at);
    return { frame, camera };
  };
  for (let i = 0; i < 10; i++) show(i, face);
  const { frame, camera } = show(10, face);
  const differ = (x: number, y: number): boolean => {
    const at = y * SCENE.width + x;
    const chroma = LUMA + (y >> 1) * (SCENE.width / 2) + (x >> 1);
    return frame.data[at] !== camera[at] || frame.data[chroma] !== camera[chroma];
  };
  let changed = 0;
  for (let y = 0; y < SCENE.height; y++)
    for (let x = 0; x < SCENE.width; x++) {
      const isKept = x >= 32 && x < 80 && y >= 20 && y < 80;
      if (isKept) expect(differ(x, y)).toBe(false);
      else if (differ(x, y)) changed += 1;
    }
  expect(changed).toBeGreaterThan(0.5 * (LUMA - 48 * 60));
  expect(() => {
    show(11, { x: -500, y: 900, width: 10, height: 10 });
    show(12, { x: -50, y: -50, width: 500, height: 500 });
  }).not.toThrow();
});
