import { type Band, bandGain } from './band.js';
import { CHIP_COLUMNS, CHIP_PITCH, CHIP_ROWS } from './format.js';
import { RealFft2d, type Spectrum } from './fft2d.js';

/** Samples of the continuous spectrum per bin of the chip grid. */
const OVERSAMPLING = 3;
const WIDTH = CHIP_COLUMNS * OVERSAMPLING;
const HEIGHT = CHIP_ROWS * OVERSAMPLING;
/** Linear map from bins to cycles per chip: [a b; c d] as a, b, c, d. */
type Turn = readonly [number, number, number, number];

/** The pilot's middle, in chips. */
export const MIDDLE_COLUMN = (CHIP_COLUMNS - 1) / 2;
export const MIDDLE_ROW = (CHIP_ROWS - 1) / 2;

/**
 * The pilot's continuous spectrum about the pilot's middle, tabulated over a band: any scale, aspect, rotation or mirror of the
 * pilot is read from it at scaled, turned or mirrored frequencies. fy ≥ 0 only: the rest is conjugate.
 */
export class PilotSpectrum {
  /** Bins from zero to the band's end, along both axes. */
  private readonly columns: number;
  private readonly rows: number;
  private readonly stride: number;
  private readonly re: Float32Array;
  private readonly im: Float32Array;

  constructor(
    pilot: Int8Array,
    readonly band: Band,
  ) {
    const limit = band.end * CHIP_PITCH;
    this.columns = Math.ceil(limit * WIDTH) + 2;
    this.rows = Math.ceil(limit * HEIGHT) + 2;
    this.stride = 2 * this.columns + 1;
    this.re = new Float32Array(this.stride * this.rows);
    this.im = new Float32Array(this.stride * this.rows);
    this.tabulate(pilot);
  }

  private tabulate(pilot: Int8Array): void {
    const fft = new RealFft2d(WIDTH, HEIGHT);
    const samples = new Float32Array(WIDTH * HEIGHT);
    for (let y = 0; y < CHIP_ROWS; y++)
      samples.set(pilot.subarray(y * CHIP_COLUMNS, (y + 1) * CHIP_COLUMNS), y * WIDTH);
    const spectrum = fft.spectrum();
    fft.forward(samples, spectrum);
    for (let row = 0; row < this.rows; row++)
      for (let column = -this.columns; column <= this.columns; column++) {
        const from = row * WIDTH + ((column + WIDTH) % WIDTH);
        const to = row * this.stride + column + this.columns;
        const fx = column / WIDTH;
        const fy = row / HEIGHT;
        const gain = bandGain(Math.sqrt(fx * fx + fy * fy) / CHIP_PITCH, this.band);
        const phase = 2 * Math.PI * (fx * MIDDLE_COLUMN + fy * MIDDLE_ROW);
        const [c, s] = [gain * Math.cos(phase), gain * Math.sin(phase)];
        this.re[to] = (spectrum.re[from] ?? 0) * c - (spectrum.im[from] ?? 0) * s;
        this.im[to] = (spectrum.re[from] ?? 0) * s + (spectrum.im[from] ?? 0) * c;
      }
  }

  /**
   * out = picture · conj(pilot), the pilot taken at frequency (a·kx + b·ky, c·kx + d·ky), in cycles per chip, for bin (kx, ky) of the
   * picture's spectrum. Returns the number of rows that are not zero.
   */
  correlate(fft: RealFft2d, turn: Turn, picture: Spectrum, out: Spectrum): number {
    const [a, b, c, d] = turn;
    const limit = this.band.end * CHIP_PITCH;
    const rows = Math.min(fft.rows, Math.ceil(limit / Math.sqrt(b * b + d * d)) + 1);
    const reach = Math.min(fft.width / 2, Math.ceil(limit / Math.sqrt(a * a + c * c)) + 1);
    out.re.fill(0, 0, rows * fft.width);
    out.im.fill(0, 0, rows * fft.width);
    for (let ky = 0; ky < rows; ky++) {
      this.correlateRun(ky, fft.width, 0, reach, turn, picture, out);
      this.correlateRun(ky, fft.width, -reach + 1, 0, turn, picture, out);
    }
    return rows;
  }

  /** Bins from ≤ kx < to of one row: the hot loop. */
  private correlateRun(
    ky: number,
    width: number,
    from: number,
    to: number,
    [a, b, c, d]: Turn,
    picture: Spectrum,
    out: Spectrum,
  ): void {
    const { re, im, stride, columns, rows } = this;
    const start = ky * width + (from < 0 ? width : 0);
    for (let kx = from; kx < to; kx++) {
      const i = start + kx;
      let u = (a * kx + b * ky) * WIDTH;
      let v = (c * kx + d * ky) * HEIGHT;
      const turned = v < 0;
      if (turned) {
        u = -u;
        v = -v;
      }
      u += columns;
      const column = Math.floor(u);
      const row = Math.floor(v);
      if (column < 0 || column >= stride - 1 || row >= rows - 1) continue;
      u -= column;
      v -= row;
      const at = row * stride + column;
      const below = at + stride;
      const w11 = u * v;
      const w10 = u - w11;
      const w01 = v - w11;
      const w00 = 1 - u - w01;
      const pr =
        w00 * (re[at] ?? 0) + w10 * (re[at + 1] ?? 0) + w01 * (re[below] ?? 0) + w11 * (re[below + 1] ?? 0);
      const folded =
        w00 * (im[at] ?? 0) + w10 * (im[at + 1] ?? 0) + w01 * (im[below] ?? 0) + w11 * (im[below + 1] ?? 0);
      const pi = turned ? -folded : folded;
      const ar = picture.re[i] ?? 0;
      const ai = picture.im[i] ?? 0;
      out.re[i] = ar * pr + ai * pi;
      out.im[i] = ai * pr - ar * pi;
    }
  }
}
