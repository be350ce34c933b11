import { type Band, bandGain, radialFrequencies } from './band.js';
import { BAND, CHIP_PITCH } from './format.js';
import { fastLength } from './fft.js';
import { RealFft2d, type Spectrum } from './fft2d.js';
import type { Loudness } from './loudness.js';
import { createLoudness } from './loudness-filter.js';
import type { Size } from './types.js';
import { Whitener } from './whiten.js';

/** Reflected border around the picture, in samples, so that its edges do not leak into the band. */
const BORDER = 10;
/** Reach of the running means of the local energy: three of ±3 chips are nearly a Gaussian of σ = 14 canonical pixels. */
const ENERGY_REACH_PX = 12;
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
  private readonly loudness: Loudness;
  /** Spectrum rows from this one on are outside the band. */
  private readonly usedRows: number;

  constructor(
    readonly size: Size,
    { pitch = CHIP_PITCH, band = BAND, widening = 1 }: ResidualOptions = {},
  ) {
    this.fft = new RealFft2d(fastLength(size.width + 2 * BORDER), fastLength(size.height + 2 * BORDER));
    this.gains = radialFrequencies(this.fft, pitch);
    for (let i = 0; i < this.gains.length; i++)
      this.gains[i] = widenedGain(this.gains[i] ?? 0, band, widening);
    this.whitener = new Whitener(this.fft, this.gains, pitch);
    this.padded = new Float32Array(this.fft.width * this.fft.height);
    this.spectrum = this.fft.spectrum();
    this.usedRows = 1 + Math.floor(this.gains.findLastIndex((gain) => gain > 0) / this.fft.width);
    const start = BORDER * this.fft.width + BORDER;
    const reach = Math.max(1, Math.round(ENERGY_REACH_PX / pitch));
    this.loudness = createLoudness({ size, start, pitch: this.fft.width }, reach);
  }

  /** Bytes of the buffers. */
  get bytes(): number {
    const { padded, gains, spectrum, fft, whitener, loudness } = this;
    const own = [padded, gains, spectrum.re, spectrum.im].reduce(
      (sum, { byteLength }) => sum + byteLength,
      0,
    );
    return own + fft.bytes + whitener.bytes + loudness.bytes;
  }

  /** Adds the residual of `samples` to `sum`. */
  accumulate(samples: Float32Array, sum: Float32Array): void {
    this.bandPass(samples);
    this.loudness.add(this.padded, sum);
  }

  /** Flattens the spectrum of a residual, in place. */
  whiten(residual: Float32Array): void {
    const { size, fft, padded, spectrum } = this;
    padded.fill(0);
    for (let y = 0; y < size.height; y++)
      padded.set(residual.subarray(y * size.width, (y + 1) * size.width), y * fft.width);
    fft.forward(padded, spectrum);
    this.whitener.run(spectrum);
    fft.inverse(spectrum, padded, this.usedRows);
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
    this.fft.inverse(spectrum, this.padded, this.usedRows);
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
}

/** The largest gain of the bands that lie within a factor of the one. */
function widenedGain(frequency: number, band: Band, widening: number): number {
  if (frequency * widening < band.start || frequency >= band.end * widening) return 0;
  return Math.max(
    bandGain(frequency, band),
    bandGain(frequency * widening, band),
    bandGain(frequency / widening, band),
  );
}

/** Index of a sample beyond the border, mirrored about the outermost samples. */
function reflect(index: number, count: number): number {
  const period = 2 * (count - 1);
  const folded = ((index % period) + period) % period;
  return folded < count ? folded : period - folded;
}
