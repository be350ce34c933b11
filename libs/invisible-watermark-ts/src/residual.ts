import { type Band, bandGain, radialFrequencies } from './band.js';
import { BAND, CHIP_PITCH } from './format.js';
import { fastLength } from './fft.js';
import { RealFft2d, type Spectrum } from './fft2d.js';
import type { Size } from './types.js';
import { Whitener } from './whiten.js';

/** Reflected border around the picture, in samples, so that its edges do not leak into the band. */
const BORDER = 10;
/** Reach of the running means of the local energy: three of ±3 chips are nearly a Gaussian of σ = 14 canonical pixels. */
const ENERGY_REACH_PX = 12;
/** Keeps flat areas from being blown up to noise, in code values. */
const ENERGY_FLOOR = 0.25;
/**
 * What a residual of this local level is divided by: its power 1.5. The mark is nearly as strong in quiet as in busy areas, so that its
 * best weight falls with the level squared; 1 makes every area equally loud, and 1.5 in all was best on natural clips.
 */
function loudness(level: number): number {
  return level * Math.sqrt(level);
}

export interface ResidualOptions {
  /** Canonical pixels between samples; CHIP_PITCH when absent. */
  readonly pitch?: number;
  /** Pass band; the mark's when absent. */
  readonly band?: Band;
  /** > 1 opens the band for pictures whose true pitch is only known to within that factor. */
  readonly widening?: number;
}

/**
 * Turns pictures of one size, sampled about one chip apart, into residuals: the pass band divided by its local energy, so
 * that a strong edge counts less than a quiet wall. Reuses its buffers.
 */
export class ResidualFilter {
  private readonly fft: RealFft2d;
  private readonly gains: Float32Array;
  private readonly whitener: Whitener;
  private readonly padded: Float32Array;
  private readonly spectrum: Spectrum;
  private readonly energy: Float32Array;
  private readonly scratch: Float32Array;
  private readonly reach: number;

  constructor(
    readonly size: Size,
    { pitch = CHIP_PITCH, band = BAND, widening = 1 }: ResidualOptions = {},
  ) {
    this.fft = new RealFft2d(fastLength(size.width + 2 * BORDER), fastLength(size.height + 2 * BORDER));
    this.gains = radialFrequencies(this.fft, pitch).map((f) =>
      Math.max(bandGain(f, band), bandGain(f * widening, band), bandGain(f / widening, band)),
    );
    this.whitener = new Whitener(this.fft, this.gains, pitch);
    this.padded = new Float32Array(this.fft.width * this.fft.height);
    this.spectrum = this.fft.spectrum();
    this.energy = new Float32Array(size.width * size.height);
    this.scratch = new Float32Array(size.width * size.height);
    this.reach = Math.max(1, Math.round(ENERGY_REACH_PX / pitch));
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
        const level = Math.sqrt(Math.max(0, energy[i] ?? 0)) + ENERGY_FLOOR;
        sum[i] = (sum[i] ?? 0) + (padded[source + x] ?? 0) / loudness(level);
      }
    }
  }

  /** Flattens the spectrum of a residual, in place. */
  whiten(residual: Float32Array): void {
    const { size, fft, padded, spectrum } = this;
    padded.fill(0);
    for (let y = 0; y < size.height; y++)
      padded.set(residual.subarray(y * size.width, (y + 1) * size.width), y * fft.width);
    fft.forward(padded, spectrum);
    this.whitener.run(spectrum);
    fft.inverse(spectrum, padded);
    for (let y = 0; y < size.height; y++)
      residual.set(padded.subarray(y * fft.width, y * fft.width + size.width), y * size.width);
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
    const { size, fft, padded, energy, scratch, reach } = this;
    for (let y = 0; y < size.height; y++) {
      const source = (y + BORDER) * fft.width + BORDER;
      for (let x = 0; x < size.width; x++) energy[y * size.width + x] = (padded[source + x] ?? 0) ** 2;
    }
    for (let pass = 0; pass < 3; pass++) {
      for (let y = 0; y < size.height; y++)
        runningMean(energy, scratch, y * size.width, 1, size.width, reach);
      for (let x = 0; x < size.width; x++) runningMean(scratch, energy, x, size.width, size.height, reach);
    }
  }
}

/** Index of a sample beyond the border, mirrored about the outermost samples. */
function reflect(index: number, count: number): number {
  const period = 2 * (count - 1);
  const folded = ((index % period) + period) % period;
  return folded < count ? folded : period - folded;
}

/** Mean over 2·reach + 1 samples, fewer at the ends. */
function runningMean(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  count: number,
  reach: number,
): void {
  let sum = 0;
  for (let i = 0; i < Math.min(reach, count); i++) sum += from[start + i * step] ?? 0;
  for (let i = 0; i < count; i++) {
    if (i + reach < count) sum += from[start + (i + reach) * step] ?? 0;
    if (i > reach) sum -= from[start + (i - reach - 1) * step] ?? 0;
    to[start + i * step] = sum / (Math.min(count - 1, i + reach) - Math.max(0, i - reach) + 1);
  }
}
