import { bandGains } from './band.js';
import { CHIP_COLUMNS, CHIP_COUNT, CHIP_PITCH, CHIP_ROWS } from './format.js';
import { RealFft2d, type Spectrum } from './fft2d.js';
import { normalize } from './statistics.js';
import { Whitener } from './whiten.js';

/** Spectrum of ±1 chips on the chip grid. */
export function chipSpectrum(fft: RealFft2d, chips: Int8Array): Spectrum {
  const spectrum = fft.spectrum();
  fft.forward(Float32Array.from(chips), spectrum);
  return spectrum;
}

/** out = a · conj(b), bin by bin. */
export function correlateSpectra(a: Spectrum, b: Spectrum, out: Spectrum): void {
  for (let i = 0; i < a.re.length; i++) {
    const ar = a.re[i] ?? 0;
    const ai = a.im[i] ?? 0;
    const br = b.re[i] ?? 0;
    const bi = b.im[i] ?? 0;
    out.re[i] = ar * br + ai * bi;
    out.im[i] = ai * br - ar * bi;
  }
}

/** Whitened soft chips of one rectified residual, and their spectrum. */
export interface SoftChips {
  /** Unit variance, row by row. */
  readonly values: Float32Array;
  readonly spectrum: Spectrum;
}

/** A peak of the pilot correlation: where the grid seems to lie, in chips, and how clearly. */
export interface PilotPeak {
  readonly z: number;
  readonly dx: number;
  readonly dy: number;
}

/** Works on residuals that are rectified to the chip grid. Reuses its buffers: results hold until the next call. */
export class ChipGrid {
  readonly fft = new RealFft2d(CHIP_COLUMNS, CHIP_ROWS);
  private readonly whitener = new Whitener(this.fft, bandGains(this.fft, CHIP_PITCH), CHIP_PITCH);
  private readonly pilotSpectrum: Spectrum;
  private readonly product = this.fft.spectrum();
  private readonly surface = new Float32Array(CHIP_COUNT);
  private readonly soft: SoftChips = { values: new Float32Array(CHIP_COUNT), spectrum: this.fft.spectrum() };

  constructor(pilot: Int8Array) {
    this.pilotSpectrum = chipSpectrum(this.fft, pilot);
  }

  /** Whitens a residual. The result is overwritten by the next call. */
  soften(residual: Float32Array): SoftChips {
    const { values, spectrum } = this.soft;
    this.fft.forward(residual, spectrum);
    this.whitener.run(spectrum);
    this.fft.inverse(spectrum, values);
    normalize(values);
    return this.soft;
  }

  /**
   * Best pilot correlation of a whitened residual within `reach` chips of zero shift, with a parabola through its neighbours
   * for the fraction.
   */
  pilotPeak(whitened: Float32Array, reach: number): PilotPeak {
    return this.peak(whitened, this.pilotSpectrum, reach);
  }

  /** The same with chips of the given spectrum. */
  peak(whitened: Float32Array, chips: Spectrum, reach: number): PilotPeak {
    const { spectrum } = this.soft;
    this.fft.forward(whitened, spectrum);
    correlateSpectra(spectrum, chips, this.product);
    this.fft.inverse(this.product, this.surface);
    const deviation = this.deviation();
    if (deviation === 0) return { z: 0, dx: 0, dy: 0 };
    const { x, y } = this.highest(reach);
    return {
      z: this.at(x, y) / deviation,
      dx: x + vertex(this.at(x - 1, y), this.at(x, y), this.at(x + 1, y)),
      dy: y + vertex(this.at(x, y - 1), this.at(x, y), this.at(x, y + 1)),
    };
  }

  private highest(reach: number): { x: number; y: number } {
    let best = { x: 0, y: 0, value: -Infinity };
    for (let y = -reach; y <= reach; y++)
      for (let x = -reach; x <= reach; x++) {
        const value = this.at(x, y);
        if (value > best.value) best = { x, y, value };
      }
    return best;
  }

  private at(x: number, y: number): number {
    const column = (x + CHIP_COLUMNS) % CHIP_COLUMNS;
    const row = (y + CHIP_ROWS) % CHIP_ROWS;
    return this.surface[row * CHIP_COLUMNS + column] ?? 0;
  }

  private deviation(): number {
    let energy = 0;
    for (const value of this.surface) energy += value * value;
    return Math.sqrt(energy / CHIP_COUNT);
  }
}

/** Where a parabola through three equidistant samples peaks, relative to the middle one. */
function vertex(left: number, middle: number, right: number): number {
  const curvature = left - 2 * middle + right;
  if (!(curvature < 0)) return 0;
  return Math.max(-0.5, Math.min(0.5, (0.5 * (left - right)) / curvature));
}
