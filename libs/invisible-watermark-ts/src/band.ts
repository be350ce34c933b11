import { BAND } from './format.js';
import type { RealFft2d } from './fft2d.js';

/** Gain of the mark's pass band at a radial frequency in cycles per canonical pixel. */
export function bandGain(frequency: number): number {
  const { start, flatFrom, flatTo, end } = BAND;
  if (frequency < start || frequency >= end) return 0;
  if (frequency < flatFrom) return 0.5 - 0.5 * Math.cos((Math.PI * (frequency - start)) / (flatFrom - start));
  if (frequency > flatTo) return 0.5 + 0.5 * Math.cos((Math.PI * (frequency - flatTo)) / (end - flatTo));
  return 1;
}

/** Radial frequency of every spectrum bin, in cycles per canonical pixel, for samples `pitch` canonical pixels apart. */
export function radialFrequencies(fft: RealFft2d, pitch: number): Float32Array {
  const { width, height, rows } = fft;
  const out = new Float32Array(width * rows);
  for (let ky = 0; ky < rows; ky++)
    for (let kx = 0; kx < width; kx++) {
      const fx = (kx <= width / 2 ? kx : kx - width) / (width * pitch);
      const fy = ky / (height * pitch);
      out[ky * width + kx] = Math.hypot(fx, fy);
    }
  return out;
}

/** Pass-band gain of every spectrum bin. */
export function bandGains(fft: RealFft2d, pitch: number): Float32Array {
  return radialFrequencies(fft, pitch).map(bandGain);
}
