import { expect, test } from 'vitest';
import { radialFrequencies } from './band.js';
import { CHIP_COLUMNS, CHIP_COUNT, CHIP_PITCH, CHIP_ROWS } from './format.js';
import { RealFft2d } from './fft2d.js';
import { FieldSynthesizer } from './field.js';
import { coverGeometry } from './geometry.js';
import { keyedSigns } from './prng.js';

/** Where an encoder at a moderate rate still keeps a picture that is shown at a third of its width, in cycles per canonical pixel. */
const KEPT_WHEN_SMALL = 0.05;

test('most of a field lies where small pictures keep it, nothing outside its band', () => {
  const size = { width: CHIP_COLUMNS, height: CHIP_ROWS };
  const chips = Float32Array.from(keyedSigns(new Uint8Array(32).fill(5), CHIP_COUNT));
  const field = new Int8Array(CHIP_COUNT);
  const { toFrame, scale } = coverGeometry(size);
  new FieldSynthesizer(size, toFrame, scale).render(chips, field);
  const fft = new RealFft2d(size.width, size.height);
  const spectrum = fft.spectrum();
  fft.forward(Float32Array.from(field), spectrum);
  const energyBetween = (from: number, to: number) =>
    radialFrequencies(fft, CHIP_PITCH).reduce(
      (sum, f, i) =>
        f >= from && f < to ? sum + (spectrum.re[i] ?? 0) ** 2 + (spectrum.im[i] ?? 0) ** 2 : sum,
      0,
    );
  const all = energyBetween(0, 1);
  expect(energyBetween(0.025, KEPT_WHEN_SMALL) / all).toBeGreaterThan(0.55);
  expect(energyBetween(0.025, 0.09) / all).toBeGreaterThan(0.99);
});
