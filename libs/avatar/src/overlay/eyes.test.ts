import { LANDMARK_COUNT, RIGHT_EYE } from '@guise/frame';
import { expect, it } from 'vitest';
import { measureAperture } from '../mesh/aperture.js';
import { syntheticLandmarks } from '../test-support/synthetic-face.js';
import { drawLashLine } from './eyes.js';
import { LayerPool } from './layer.js';

const PX_PER_CM = 30;
const SIDE = 600;

it('draws the line of shut lids dark, and not red', () => {
  const landmarks = syntheticLandmarks({ x: 300, y: 300, pxPerCm: PX_PER_CM });
  const at = (axis: number): Float32Array =>
    Float32Array.from({ length: LANDMARK_COUNT }, (_, i) => landmarks[i * 3 + axis] ?? 0);
  const [xs, ys] = [at(0), at(1)];
  // Upper lid on lower lid.
  for (let k = 1; k < 8; k++) ys[RIGHT_EYE[k] ?? 0] = ys[RIGHT_EYE[16 - k] ?? 0] ?? 0;
  const layer = new LayerPool().take({ left: 0, top: 0, right: SIDE, bottom: SIDE }, 0, SIDE, SIDE);
  layer.luma.fill(136);
  layer.u.fill(108);
  layer.v.fill(158);
  drawLashLine(layer, RIGHT_EYE, xs, ys, PX_PER_CM, 1);
  const { centreX, centreY, lower } = measureAperture(xs, ys, RIGHT_EYE);
  const [x, y] = [Math.round(centreX), Math.round(centreY + (lower[24] ?? 0))];
  const half = (y >> 1) * layer.chromaWidth + (x >> 1);
  const light = ((layer.luma[y * layer.width + x] ?? 0) - 16) / 120;
  expect(light).toBeLessThan(0.45);
  expect((layer.v[half] ?? 0) - 128).toBeLessThan(30 * 0.75);
  expect(128 - (layer.u[half] ?? 0)).toBeLessThan(20 * 0.75);
  const skin = ((y + PX_PER_CM) >> 1) * layer.chromaWidth + (x >> 1);
  expect(layer.v[skin]).toBe(158);
});
