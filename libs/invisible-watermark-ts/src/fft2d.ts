import { type ComplexArray, complexArray } from './fft.js';
import { ScalarFft2d } from './fft2d-scalar.js';
import { selectedSimd } from './kernels/select.js';
import { SimdFft2d } from './kernels/simd-fft2d.js';

/**
 * Spectrum of a real picture: rows ky = 0 … height/2, columns kx = 0 … width−1, row-major; the other rows follow from
 * X(−ky, −kx) = conj X(ky, kx).
 */
export type Spectrum = ComplexArray;

/** Two-dimensional FFT of real pictures of one size: both sides even, with no prime factor above 5. */
export class RealFft2d {
  /** Rows of a spectrum. */
  readonly rows: number;
  private readonly engine: ScalarFft2d | SimdFft2d;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.rows = height / 2 + 1;
    const simd = selectedSimd();
    this.engine = simd === null ? new ScalarFft2d(width, height) : new SimdFft2d(simd, width, height);
  }

  /** Bytes of plans and work space. */
  get bytes(): number {
    return this.engine.bytes;
  }

  /** A zero spectrum of this size. */
  spectrum(): Spectrum {
    return complexArray(this.width * this.rows);
  }

  /** Unnormalised forward transform of width·height samples into `out`. */
  forward(samples: Float32Array, out: Spectrum): void {
    this.engine.forward(samples, out);
  }

  /**
   * Inverse transform including the factor 1/(width·height); `spectrum` is kept. Rows from `usedRows` on are taken to be zero,
   * which saves their time.
   */
  inverse(spectrum: Spectrum, out: Float32Array, usedRows = this.rows): void {
    this.engine.inverse(spectrum, out, usedRows);
  }
}
