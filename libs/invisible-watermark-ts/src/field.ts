import { bandGain, radialFrequencies } from './band.js';
import { type Affine, compose, invert } from './geometry.js';
import { CHIP_COLUMNS, CHIP_COUNT, CHIP_PITCH, CHIP_ROWS, ENERGY_SHARES } from './format.js';
import { RealFft2d, type Spectrum } from './fft2d.js';
import type { Size } from './types.js';

/** The field is synthesised two samples per chip and interpolated linearly from there. */
const OVERSAMPLING = 2;
const GRID_WIDTH = CHIP_COLUMNS * OVERSAMPLING;
const GRID_HEIGHT = CHIP_ROWS * OVERSAMPLING;
/** Nothing above this many cycles per frame pixel is drawn: a small frame cannot hold it. */
const FRAME_BAND_LIMIT = 0.45;
/** Stored field values are 1/24 of a standard deviation: 8 bits reach ±5.3. */
export const FIELD_UNIT = 1 / 24;

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

/** Turns chips into the band-passed field of frames of one size. */
export class FieldSynthesizer {
  private readonly chipFft = new RealFft2d(CHIP_COLUMNS, CHIP_ROWS);
  private readonly gridFft = new RealFft2d(GRID_WIDTH, GRID_HEIGHT);
  private readonly chipSpectrum = this.chipFft.spectrum();
  private readonly gridSpectrum = this.gridFft.spectrum();
  private readonly grid = new Float32Array(GRID_WIDTH * GRID_HEIGHT);
  private readonly gains: Float32Array;
  private readonly sampling: Sampling;

  /** `toFrame` maps canonical pixels to frame pixels; `scale` is frame pixels per canonical pixel. */
  constructor(
    readonly size: Size,
    toFrame: Affine,
    scale: number,
  ) {
    const limit = FRAME_BAND_LIMIT * scale;
    this.gains = radialFrequencies(this.chipFft, CHIP_PITCH).map((f) => (f > limit ? 0 : bandGain(f)));
    this.sampling = planSampling(size, toFrame);
  }

  /** Field of unit variance over the frame, in FIELD_UNIT steps, row by row. */
  render(chips: Float32Array, out: Int8Array): void {
    this.chipFft.forward(chips, this.chipSpectrum);
    this.bandPassToGrid();
    this.gridFft.inverse(this.gridSpectrum, this.grid);
    const scale = 1 / (FIELD_UNIT * this.rms());
    sampleGrid(this.grid, this.sampling, scale, this.size, out);
  }

  /** Zero-pads the spectrum; grid sample j lies at chip coordinate j/2 − ¼, hence the phase. */
  private bandPassToGrid(): void {
    const { chipSpectrum: from, gridSpectrum: to, gains } = this;
    to.re.fill(0);
    to.im.fill(0);
    for (let ky = 0; ky < CHIP_ROWS / 2; ky++)
      for (let kx = 0; kx < CHIP_COLUMNS; kx++) {
        const source = ky * CHIP_COLUMNS + kx;
        const gain = gains[source] ?? 0;
        if (gain === 0) continue;
        const signedX = kx <= CHIP_COLUMNS / 2 ? kx : kx - CHIP_COLUMNS;
        const phase = -2 * Math.PI * 0.25 * (signedX / CHIP_COLUMNS + ky / CHIP_ROWS);
        copyRotated(from, source, to, ky * GRID_WIDTH + ((signedX + GRID_WIDTH) % GRID_WIDTH), gain, phase);
      }
  }

  /** Root mean square over the part of the grid that the frame shows. */
  private rms(): number {
    const { fromColumn, toColumn, fromRow, toRow } = this.sampling.window;
    let energy = 0;
    for (let y = fromRow; y < toRow; y++)
      for (let x = fromColumn; x < toColumn; x++) energy += (this.grid[y * GRID_WIDTH + x] ?? 0) ** 2;
    return Math.sqrt(energy / Math.max(1, (toRow - fromRow) * (toColumn - fromColumn))) || 1;
  }
}

function copyRotated(
  from: Spectrum,
  source: number,
  to: Spectrum,
  target: number,
  gain: number,
  phase: number,
): void {
  const c = gain * Math.cos(phase);
  const s = gain * Math.sin(phase);
  const re = from.re[source] ?? 0;
  const im = from.im[source] ?? 0;
  to.re[target] = re * c - im * s;
  to.im[target] = re * s + im * c;
}

/** One axis of the frame on one axis of the grid: lower neighbour and weight of the upper one. */
interface AxisSampling {
  readonly lower: Int32Array;
  readonly weight: Float32Array;
}
interface Sampling {
  readonly transposed: boolean;
  /** Frame columns and rows, each on the grid axis it runs along. */
  readonly columns: AxisSampling;
  readonly rows: AxisSampling;
  readonly window: { fromColumn: number; toColumn: number; fromRow: number; toRow: number };
}

function planSampling(size: Size, toFrame: Affine): Sampling {
  const step = CHIP_PITCH / OVERSAMPLING;
  // frame pixel → canonical pixel → grid sample, whose centre lies at canonical step·j + (step − 1)/2
  const toGrid = compose(
    [1 / step, 0, -(step - 1) / (2 * step), 0, 1 / step, -(step - 1) / (2 * step)],
    invert(toFrame),
  );
  const [a, b, c, d, e, f] = toGrid;
  const transposed = a === 0;
  const columns = planAxis(
    size.width,
    transposed ? d : a,
    transposed ? f : c,
    transposed ? GRID_HEIGHT : GRID_WIDTH,
  );
  const rows = planAxis(
    size.height,
    transposed ? b : e,
    transposed ? c : f,
    transposed ? GRID_WIDTH : GRID_HEIGHT,
  );
  const [alongX, alongY] = transposed ? [rows, columns] : [columns, rows];
  return {
    transposed,
    columns,
    rows,
    window: {
      fromColumn: alongX.lower[0] ?? 0,
      toColumn: (alongX.lower[alongX.lower.length - 1] ?? 0) + 1,
      fromRow: alongY.lower[0] ?? 0,
      toRow: (alongY.lower[alongY.lower.length - 1] ?? 0) + 1,
    },
  };
}

function planAxis(length: number, scale: number, offset: number, gridLength: number): AxisSampling {
  const lower = new Int32Array(length);
  const weight = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const position = Math.min(gridLength - 1.001, Math.max(0, scale * i + offset));
    lower[i] = Math.floor(position);
    weight[i] = position - Math.floor(position);
  }
  return { lower, weight };
}

/** Bilinear interpolation of the grid at every frame pixel, rounded to 8 bits. Once per epoch. */
function sampleGrid(grid: Float32Array, sampling: Sampling, scale: number, size: Size, out: Int8Array): void {
  const { columns, rows, transposed } = sampling;
  const stepColumn = transposed ? GRID_WIDTH : 1;
  const stepRow = transposed ? 1 : GRID_WIDTH;
  for (let y = 0; y < size.height; y++) {
    const base = (rows.lower[y] ?? 0) * stepRow;
    const v = rows.weight[y] ?? 0;
    for (let x = 0; x < size.width; x++) {
      const i = base + (columns.lower[x] ?? 0) * stepColumn;
      const u = columns.weight[x] ?? 0;
      const top = (grid[i] ?? 0) * (1 - u) + (grid[i + stepColumn] ?? 0) * u;
      const bottom = (grid[i + stepRow] ?? 0) * (1 - u) + (grid[i + stepRow + stepColumn] ?? 0) * u;
      const value = Math.round((top * (1 - v) + bottom * v) * scale);
      out[y * size.width + x] = Math.max(-127, Math.min(127, value));
    }
  }
}
