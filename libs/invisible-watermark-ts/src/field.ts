import { bandGain, radialFrequencies } from './band.js';
import { RealFft2d } from './fft2d.js';
import { createFieldSampler, type FieldSampler } from './field-sampler.js';
import { CHIP_COLUMNS, CHIP_COUNT, CHIP_PITCH, CHIP_ROWS, ENERGY_SHARES } from './format.js';
import type { Affine } from './geometry.js';
import { GRID_HEIGHT, GRID_WIDTH, planSampling } from './sampling.js';
import { FIELD_UNIT } from './strength.js';
import type { Size } from './types.js';
import { unitCircle } from './unit-circle.js';

/** Nothing above this many cycles per frame pixel is drawn: a small frame cannot hold it. */
const FRAME_BAND_LIMIT = 0.45;
/** Chips of the four layers, weighted by the root of their energy shares. */
export function mixLayers(
  payload: Int8Array,
  pilot: Int8Array,
  time: Int8Array,
  epoch: Int8Array,
): Float32Array {
  const [a, p, t, b] = [
    Math.sqrt(ENERGY_SHARES.payload),
    Math.sqrt(ENERGY_SHARES.pilot),
    Math.sqrt(ENERGY_SHARES.time),
    Math.sqrt(ENERGY_SHARES.epoch),
  ];
  const mixed = new Float32Array(CHIP_COUNT);
  for (let i = 0; i < CHIP_COUNT; i++)
    mixed[i] = a * (payload[i] ?? 0) + p * (pilot[i] ?? 0) + t * (time[i] ?? 0) + b * (epoch[i] ?? 0);
  return mixed;
}

/** Where a bin of the chip spectrum goes in the grid spectrum, and the complex factor it is multiplied with. */
interface BandBin {
  readonly source: number;
  readonly target: number;
  readonly re: number;
  readonly im: number;
}

/** Turns chips into the band-passed field of frames of one size. */
export class FieldSynthesizer {
  private readonly chipFft = new RealFft2d(CHIP_COLUMNS, CHIP_ROWS);
  private readonly gridFft = new RealFft2d(GRID_WIDTH, GRID_HEIGHT);
  private readonly chipSpectrum = this.chipFft.spectrum();
  private readonly gridSpectrum = this.gridFft.spectrum();
  private readonly grid = new Float32Array(GRID_WIDTH * GRID_HEIGHT);
  private readonly band: readonly BandBin[];
  private readonly usedRows: number;
  private readonly sampler: FieldSampler;

  /** `toFrame` maps canonical pixels to frame pixels; `scale` is frame pixels per canonical pixel. */
  constructor(
    readonly size: Size,
    toFrame: Affine,
    scale: number,
  ) {
    this.band = planBand(this.chipFft, FRAME_BAND_LIMIT * scale);
    this.usedRows = 1 + Math.max(...this.band.map(({ target }) => Math.floor(target / GRID_WIDTH)));
    this.sampler = createFieldSampler(planSampling(size, toFrame));
  }

  /** Field of unit variance over the frame, in FIELD_UNIT steps, row by row. */
  render(chips: Float32Array, out: Int8Array): void {
    this.chipFft.forward(chips, this.chipSpectrum);
    this.fillGridSpectrum();
    this.gridFft.inverse(this.gridSpectrum, this.grid, this.usedRows);
    this.sampler.sample(this.grid, (rms) => 1 / (FIELD_UNIT * rms), out);
  }

  /** The band's bins, the rest stays zero. */
  private fillGridSpectrum(): void {
    const { chipSpectrum: from, gridSpectrum: to } = this;
    for (const { source, target, re, im } of this.band) {
      const a = from.re[source] ?? 0;
      const b = from.im[source] ?? 0;
      to.re[target] = a * re - b * im;
      to.im[target] = a * im + b * re;
    }
  }
}

/** Grid sample j lies at chip coordinate j/2 − ¼: the factor is the band's gain turned by −2π/4·(kx/320 + ky/180). */
function planBand(fft: RealFft2d, limit: number): BandBin[] {
  const bins: BandBin[] = [];
  radialFrequencies(fft, CHIP_PITCH).forEach((frequency, source) => {
    const gain = frequency > limit ? 0 : bandGain(frequency);
    const ky = Math.floor(source / CHIP_COLUMNS);
    if (gain === 0 || ky >= CHIP_ROWS / 2) return;
    const kx = source % CHIP_COLUMNS;
    const signed = kx <= CHIP_COLUMNS / 2 ? kx : kx - CHIP_COLUMNS;
    const whole = 4 * CHIP_COLUMNS * CHIP_ROWS;
    const turn = unitCircle((whole - signed * CHIP_ROWS - ky * CHIP_COLUMNS) % whole, whole);
    const target = ky * GRID_WIDTH + ((signed + GRID_WIDTH) % GRID_WIDTH);
    bins.push({ source, target, re: gain * turn.cos, im: gain * turn.sin });
  });
  return bins;
}
