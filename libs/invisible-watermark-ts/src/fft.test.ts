import fc from 'fast-check';
import { expect, test } from 'vitest';
import { complexArray, fastLength, Fft } from './fft.js';
import { RealFft2d } from './fft2d.js';

const LENGTHS = [2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 20, 24, 25, 30, 45, 60, 64, 90];

test('the FFT equals the definition of the DFT for every radix', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...LENGTHS),
      fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 180, maxLength: 180 }),
      (length, values) => {
        const data = complexArray(length);
        for (let i = 0; i < length; i++) {
          data.re[i] = values[i] ?? 0;
          data.im[i] = values[90 + i] ?? 0;
        }
        const expected = Array.from({ length }, (_, k) => dft(data.re, data.im, k));
        new Fft(length).forward(data);
        expected.forEach(([re, im], k) => {
          expect(data.re[k]).toBeCloseTo(re, 4);
          expect(data.im[k]).toBeCloseTo(im, 4);
        });
      },
    ),
    { numRuns: 60 },
  );
});

function dft(re: Float32Array, im: Float32Array, k: number): [number, number] {
  let sumRe = 0;
  let sumIm = 0;
  for (let i = 0; i < re.length; i++) {
    const angle = (-2 * Math.PI * k * i) / re.length;
    sumRe += (re[i] ?? 0) * Math.cos(angle) - (im[i] ?? 0) * Math.sin(angle);
    sumIm += (re[i] ?? 0) * Math.sin(angle) + (im[i] ?? 0) * Math.cos(angle);
  }
  return [sumRe, sumIm];
}

test.each([
  [320, 180],
  [12, 10],
  [16, 6],
])('a %i×%i picture survives there and back, and a wave lands in its bin', (width, height) => {
  const fft = new RealFft2d(width, height);
  const picture = Float32Array.from(
    { length: width * height },
    (_, i) =>
      Math.cos(2 * Math.PI * ((3 * (i % width)) / width + (2 * Math.floor(i / width)) / height)) +
      ((i * 37) % 11) / 100,
  );
  const spectrum = fft.spectrum();
  fft.forward(picture, spectrum);
  expect(spectrum.re[2 * width + 3]).toBeCloseTo((width * height) / 2, -2);
  const back = new Float32Array(width * height);
  fft.inverse(spectrum, back);
  const worst = back.reduce((most, value, i) => Math.max(most, Math.abs(value - (picture[i] ?? 0))), 0);
  expect(worst).toBeLessThan(1e-5);
});

test('lengths the FFT has no radix for are refused', () => {
  expect(() => new Fft(14)).toThrow(expect.objectContaining({ code: 'invalid-size' }));
  expect(fastLength(341)).toBe(360);
  expect(fastLength(181)).toBe(192);
});
