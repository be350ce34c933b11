import { bandGain, radialFrequencies } from './band.js';
import { CHIP_PITCH } from './format.js';
import { fastLength } from './fft.js';
import { RealFft2d, type Spectrum } from './fft2d.js';
import type { Size } from './types.js';

/** Reflected border around the picture, in samples, so that its edges do not leak into the band. */
const BORDER = 10;
/** Gaussian of σ ≈ 3.5 samples (14 canonical pixels) as three running means of 7. */
const ENERGY_REACH = 3;
/** Keeps flat areas from being blown up to noise, in code values. */
const ENERGY_FLOOR = 0.25;

/**
 * Turns pictures of one size, sampled about one chip apart, into residuals: the pass band divided by its local energy, so
 * that a strong edge counts no more than a quiet wall.
 */
export class ResidualFilter {
  private readonly fft: RealFft2d;
  private readonly gains: Float32Array;
  private readonly padded: Float32Array;
  private readonly spectrum: Spectrum;
  private readonly energy: Float32Array;
  private readonly scratch: Float32Array;

  /** `widening` > 1 opens the band for pictures whose true pitch is only known to within that factor. */
  constructor(
    readonly size: Size,
    widening = 1,
  ) {
    this.fft = new RealFft2d(fastLength(size.width + 2 * BORDER), fastLength(size.height + 2 * BORDER));
    this.gains = radialFrequencies(this.fft, CHIP_PITCH).map((f) =>
      Math.max(bandGain(f), bandGain(f * widening), bandGain(f / widening)),
    );
    this.padded = new Float32Array(this.fft.width * this.fft.height);
    this.spectrum = this.fft.spectrum();
    this.energy = new Float32Array(size.width * size.height);
    this.scratch = new Float32Array(size.width * size.height);
  }

  /** Adds the residual of `samples` to `sum`. */
  accumulate(samples: Float32Array, sum: Float32Array): void {
    this.bandPass(samples);
    this.localEnergy();
    const { size, fft, padded, energy } = this;
    for (let y = 0; y < size.height; y++) {
      const source = (y + BORDER) * fft.width + BORDER;
      for (let x = 0; x < size.width; x++) {
        const i = y * size.width + x;
        sum[i] =
          (sum[i] ?? 0) + (padded[source + x] ?? 0) / (Math.sqrt(Math.max(0, energy[i] ?? 0)) + ENERGY_FLOOR);
      }
    }
  }

  private bandPass(samples: Float32Array): void {
    const { spectrum, gains } = this;
    this.padReflected(samples);
    this.fft.forward(this.padded, spectrum);
    for (let i = 0; i < gains.length; i++) {
      const gain = gains[i] ?? 0;
      spectrum.re[i] = (spectrum.re[i] ?? 0) * gain;
      spectrum.im[i] = (spectrum.im[i] ?? 0) * gain;
    }
    this.fft.inverse(spectrum, this.padded);
  }

  private padReflected(samples: Float32Array): void {
    const { size, fft, padded } = this;
    for (let y = 0; y < fft.height; y++) {
      const source = reflect(y - BORDER, size.height) * size.width;
      const target = y * fft.width;
      for (let x = 0; x < BORDER; x++)
        padded[target + x] = samples[source + reflect(x - BORDER, size.width)] ?? 0;
      padded.set(samples.subarray(source, source + size.width), target + BORDER);
      for (let x = BORDER + size.width; x < fft.width; x++)
        padded[target + x] = samples[source + reflect(x - BORDER, size.width)] ?? 0;
    }
  }

  private localEnergy(): void {
    const { size, fft, padded, energy, scratch } = this;
    for (let y = 0; y < size.height; y++) {
      const source = (y + BORDER) * fft.width + BORDER;
      for (let x = 0; x < size.width; x++) energy[y * size.width + x] = (padded[source + x] ?? 0) ** 2;
    }
    for (let pass = 0; pass < 3; pass++) {
      for (let y = 0; y < size.height; y++) runningMean(energy, scratch, y * size.width, 1, size.width);
      for (let x = 0; x < size.width; x++) runningMean(scratch, energy, x, size.width, size.height);
    }
  }
}

/** Index of a sample beyond the border, mirrored about the outermost samples. */
function reflect(index: number, count: number): number {
  const period = 2 * (count - 1);
  const folded = ((index % period) + period) % period;
  return folded < count ? folded : period - folded;
}

/** Mean over 2·ENERGY_REACH + 1 samples, fewer at the ends. */
function runningMean(from: Float32Array, to: Float32Array, start: number, step: number, count: number): void {
  let sum = 0;
  for (let i = 0; i < Math.min(ENERGY_REACH, count); i++) sum += from[start + i * step] ?? 0;
  for (let i = 0; i < count; i++) {
    if (i + ENERGY_REACH < count) sum += from[start + (i + ENERGY_REACH) * step] ?? 0;
    if (i > ENERGY_REACH) sum -= from[start + (i - ENERGY_REACH - 1) * step] ?? 0;
    to[start + i * step] = sum / (Math.min(count - 1, i + ENERGY_REACH) - Math.max(0, i - ENERGY_REACH) + 1);
  }
}
