import { type ComplexArray, complexArray, Fft } from './fft.js';

/**
 * Two-dimensional FFT of real pictures of one even size: the oracle of the SIMD kernel in assembly/fft2d.ts. The columns of the
 * left and the right half ride as real and imaginary part of one complex transform, so the vertical pass costs half.
 */
export class ScalarFft2d {
  private readonly rows: number;
  private readonly vertical: Fft;
  private readonly horizontal: Fft;
  private readonly halves: ComplexArray;
  private readonly row: ComplexArray;
  private readonly mixed: ComplexArray;

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    this.rows = height / 2 + 1;
    this.vertical = new Fft(height, width / 2);
    this.horizontal = new Fft(width);
    this.halves = complexArray((width / 2) * height);
    this.row = complexArray(width);
    this.mixed = complexArray(width * this.rows);
  }

  /** Bytes of plans and work space. */
  get bytes(): number {
    const planes = [this.halves, this.row, this.mixed].reduce((sum, { re }) => sum + 2 * re.byteLength, 0);
    return planes + this.vertical.bytes + this.horizontal.bytes;
  }

  /** Unnormalised forward transform of width·height samples into `out`. */
  forward(samples: Float32Array, out: ComplexArray): void {
    this.splitHalves(samples);
    this.vertical.forward(this.halves);
    this.untangle(out);
    this.eachRow(out, this.rows, false);
  }

  /** Inverse transform including the factor 1/(width·height) of a spectrum whose rows from `usedRows` on are zero. */
  inverse(spectrum: ComplexArray, out: Float32Array, usedRows: number): void {
    this.mixed.re.set(spectrum.re);
    this.mixed.im.set(spectrum.im);
    this.eachRow(this.mixed, usedRows, true);
    this.tangle(this.mixed);
    this.vertical.inverse(this.halves);
    this.joinHalves(out);
  }

  private splitHalves(samples: Float32Array): void {
    const { width, height, halves } = this;
    const half = width / 2;
    for (let y = 0; y < height; y++) {
      halves.re.set(samples.subarray(y * width, y * width + half), y * half);
      halves.im.set(samples.subarray(y * width + half, (y + 1) * width), y * half);
    }
  }

  private joinHalves(out: Float32Array): void {
    const { width, height, halves } = this;
    const half = width / 2;
    const scale = Math.fround(1 / (width * height));
    for (let y = 0; y < height; y++)
      for (let x = 0; x < half; x++) {
        out[y * width + x] = (halves.re[y * half + x] ?? 0) * scale;
        out[y * width + half + x] = (halves.im[y * half + x] ?? 0) * scale;
      }
  }

  /** Separates the two real transforms: left = (Z(k) + conj Z(−k))/2, right = (Z(k) − conj Z(−k))/2i. */
  private untangle(out: ComplexArray): void {
    const { width, height, rows } = this;
    const { re, im } = this.halves;
    const half = width / 2;
    for (let k = 0; k < rows; k++) {
      const plus = k * half;
      const minus = ((height - k) % height) * half;
      for (let x = 0; x < half; x++) {
        const ar = re[plus + x] ?? 0;
        const ai = im[plus + x] ?? 0;
        const br = re[minus + x] ?? 0;
        const bi = im[minus + x] ?? 0;
        out.re[k * width + x] = 0.5 * (ar + br);
        out.im[k * width + x] = 0.5 * (ai - bi);
        out.re[k * width + half + x] = 0.5 * (ai + bi);
        out.im[k * width + half + x] = 0.5 * (br - ar);
      }
    }
  }

  /** The reverse: Z(k) = left + i·right, and Z(−k) from their conjugates. */
  private tangle(mixed: ComplexArray): void {
    const { width, height, rows } = this;
    const { re, im } = this.halves;
    const half = width / 2;
    for (let k = 0; k < rows; k++) {
      const plus = k * half;
      const minus = ((height - k) % height) * half;
      for (let x = 0; x < half; x++) {
        const lr = mixed.re[k * width + x] ?? 0;
        const li = mixed.im[k * width + x] ?? 0;
        const rr = mixed.re[k * width + half + x] ?? 0;
        const ri = mixed.im[k * width + half + x] ?? 0;
        re[minus + x] = lr + ri;
        im[minus + x] = rr - li;
        re[plus + x] = lr - ri;
        im[plus + x] = li + rr;
      }
    }
  }

  private eachRow(spectrum: ComplexArray, rows: number, inverse: boolean): void {
    const { width, row } = this;
    for (let k = 0; k < rows; k++) {
      row.re.set(spectrum.re.subarray(k * width, (k + 1) * width));
      row.im.set(spectrum.im.subarray(k * width, (k + 1) * width));
      if (inverse) this.horizontal.inverse(row);
      else this.horizontal.forward(row);
      spectrum.re.set(row.re, k * width);
      spectrum.im.set(row.im, k * width);
    }
  }
}
