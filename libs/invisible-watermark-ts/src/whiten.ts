import { radialFrequencies } from './band.js';
import type { RealFft2d, Spectrum } from './fft2d.js';

/** Rings of the band that get one common energy. */
const RINGS = 14;
/** Bins below this gain say more about noise than about the mark. */
const LEAST_GAIN = 0.05;
/** Single spectral lines (letterbox edges, static overlays) are cut to this many times the ring's level. */
const LINE_LIMIT = 3;

/** Flattens the spectrum of a residual ring by ring, cuts lines, and weights by the pass band. */
export class Whitener {
  /** Ring of every bin, or RINGS where the bin is outside the band. */
  private readonly ringOf: Uint8Array;
  private readonly energy = new Float64Array(RINGS + 1);
  private readonly count = new Float64Array(RINGS + 1);

  /** `gains` of the pass band, bin by bin; `pitch` in canonical pixels per sample. */
  constructor(
    fft: RealFft2d,
    private readonly gains: Float32Array,
    pitch: number,
  ) {
    const frequencies = radialFrequencies(fft, pitch);
    let [low, high] = [Infinity, 0];
    for (let i = 0; i < gains.length; i++) {
      if ((gains[i] ?? 0) <= LEAST_GAIN) continue;
      low = Math.min(low, frequencies[i] ?? low);
      high = Math.max(high, frequencies[i] ?? high);
    }
    const width = Math.max(high - low, 1e-9);
    this.ringOf = new Uint8Array(gains.length).fill(RINGS);
    for (let i = 0; i < gains.length; i++) {
      if ((gains[i] ?? 0) <= LEAST_GAIN) continue;
      const ring = Math.min(RINGS - 1, Math.floor((((frequencies[i] ?? 0) - low) / width) * RINGS));
      this.ringOf[i] = ring;
      this.count[ring] = (this.count[ring] ?? 0) + 1;
    }
  }

  /** Bytes of the buffers, the gains' not among them. */
  get bytes(): number {
    return this.ringOf.byteLength;
  }

  run({ re, im }: Spectrum): void {
    const { energy, count, gains, ringOf } = this;
    energy.fill(0);
    for (let i = 0; i < ringOf.length; i++) {
      const ring = ringOf[i] ?? RINGS;
      if (ring < RINGS) energy[ring] = (energy[ring] ?? 0) + (re[i] ?? 0) ** 2 + (im[i] ?? 0) ** 2;
    }
    for (let ring = 0; ring < RINGS; ring++)
      energy[ring] = 1 / Math.sqrt((energy[ring] ?? 0) / Math.max(1, count[ring] ?? 0) + 1e-12);
    energy[RINGS] = 0;
    for (let i = 0; i < ringOf.length; i++) {
      const scale = energy[ringOf[i] ?? RINGS] ?? 0;
      const magnitude = scale * Math.sqrt((re[i] ?? 0) ** 2 + (im[i] ?? 0) ** 2);
      const weight = (gains[i] ?? 0) * scale * (magnitude > LINE_LIMIT ? LINE_LIMIT / magnitude : 1);
      re[i] = (re[i] ?? 0) * weight;
      im[i] = (im[i] ?? 0) * weight;
    }
  }
}
