import { BAND } from './format.js';
import type { RealFft2d } from './fft2d.js';
import { unitCircle } from './unit-circle.js';

/** A window in cycles per canonical pixel: zero, cosine rise, one, cosine fall, zero. */
export interface Band {
  readonly start: number;
  readonly flatFrom: number;
  readonly flatTo: number;
  readonly end: number;
}

/** Gain of the mark's spectrum, seen through a window (its own when absent), at a radial frequency in cycles per canonical pixel. */
export function bandGain(frequency: number, { start, flatFrom, flatTo, end }: Band = BAND): number {
  if (frequency < start || frequency >= end) return 0;
  const gain = spectrumGain(frequency);
  if (frequency < flatFrom)
    return gain * (0.5 - 0.5 * unitCircle(frequency - start, 2 * (flatFrom - start)).cos);
  if (frequency > flatTo) return gain * (0.5 + 0.5 * unitCircle(frequency - flatTo, 2 * (end - flatTo)).cos);
  return gain;
}

/**
 * The mark's amplitude falls with the frequency's power 1.5: of a picture shown small an encoder keeps the lowest frequencies only, and
 * there each of the fewer coefficients has to be larger than half a quantiser step. A root, because engines round powers differently.
 */
function spectrumGain(frequency: number): number {
  const ratio = Math.min(1, BAND.flatFrom / frequency);
  return ratio * Math.sqrt(ratio);
}

/** Radial frequency of every spectrum bin, in cycles per canonical pixel, for samples `pitch` canonical pixels apart. */
export function radialFrequencies(fft: RealFft2d, pitch: number): Float32Array {
  const { width, height, rows } = fft;
  const out = new Float32Array(width * rows);
  for (let ky = 0; ky < rows; ky++)
    for (let kx = 0; kx < width; kx++) {
      const fx = (kx <= width / 2 ? kx : kx - width) / (width * pitch);
      const fy = ky / (height * pitch);
      out[ky * width + kx] = Math.sqrt(fx * fx + fy * fy);
    }
  return out;
}

/** Pass-band gain of every spectrum bin. */
export function bandGains(fft: RealFft2d, pitch: number): Float32Array {
  return radialFrequencies(fft, pitch).map((f) => bandGain(f));
}
