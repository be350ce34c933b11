import { selectedSimd } from './kernels/select.js';
import { SimdFieldSampler } from './kernels/simd-field-sampler.js';
import { type AxisSampling, GRID_HEIGHT, GRID_WIDTH, rootMeanSquare, type Sampling } from './sampling.js';

/** Brings the field from its grid to the pixels of frames of one size. */
export interface FieldSampler {
  /**
   * Bilinear interpolation at every frame pixel times `scaleOf` the root mean square over the part of the grid that the frame
   * shows, rounded half up, within ±127.
   */
  sample(grid: Float32Array, scaleOf: (rms: number) => number, out: Int8Array): void;
}

export function createFieldSampler(sampling: Sampling): FieldSampler {
  const simd = selectedSimd();
  const upright = simd === null ? new ScalarFieldSampler(sampling) : new SimdFieldSampler(simd, sampling);
  return sampling.transposed ? new TransposedSampler(upright) : upright;
}

/** Turns the grid for upright frames. */
class TransposedSampler implements FieldSampler {
  private readonly turned = new Float32Array(GRID_WIDTH * GRID_HEIGHT);

  constructor(private readonly inner: FieldSampler) {}

  sample(grid: Float32Array, scaleOf: (rms: number) => number, out: Int8Array): void {
    for (let y = 0; y < GRID_HEIGHT; y++)
      for (let x = 0; x < GRID_WIDTH; x++) this.turned[x * GRID_HEIGHT + y] = grid[y * GRID_WIDTH + x] ?? 0;
    this.inner.sample(this.turned, scaleOf, out);
  }
}

const f = Math.fround;

/** The oracle of assembly/field.ts: every operation rounded to 32 bits, energies summed in 64. */
export class ScalarFieldSampler implements FieldSampler {
  private readonly upper: Float32Array;
  private readonly lower: Float32Array;

  constructor(private readonly sampling: Sampling) {
    this.upper = new Float32Array(sampling.size.width);
    this.lower = new Float32Array(sampling.size.width);
  }

  sample(grid: Float32Array, scaleOf: (rms: number) => number, out: Int8Array): void {
    const { sampling, upper, lower } = this;
    const { size, columns, rows, gridWidth } = sampling;
    const scale = f(scaleOf(rootMeanSquare(windowEnergy(grid, sampling), sampling)));
    let held = -1;
    for (let y = 0; y < size.height; y++) {
      const row = rows.lower[y] ?? 0;
      if (row !== held) {
        sampleLine(grid, row * gridWidth, columns, scale, upper);
        sampleLine(grid, (row + 1) * gridWidth, columns, scale, lower);
        held = row;
      }
      mixLines(upper, lower, rows.weight[y] ?? 0, out, y * size.width);
    }
  }
}

/** Four sums by column modulo 4, added in pairs. */
function windowEnergy(grid: Float32Array, { gridWidth, window }: Sampling): number {
  const sums = new Float64Array(4);
  for (let y = window.fromRow; y < window.toRow; y++)
    for (let x = window.fromColumn; x < window.toColumn; x++) {
      const lane = (x - window.fromColumn) % 4;
      sums[lane] = (sums[lane] ?? 0) + (grid[y * gridWidth + x] ?? 0) ** 2;
    }
  const [a = 0, b = 0, c = 0, d = 0] = sums;
  return a + b + (c + d);
}

function sampleLine(
  grid: Float32Array,
  start: number,
  { lower, weight }: AxisSampling,
  scale: number,
  out: Float32Array,
): void {
  for (let x = 0; x < out.length; x++) {
    const at = start + (lower[x] ?? 0);
    const left = grid[at] ?? 0;
    out[x] = f(left + f(f((grid[at + 1] ?? 0) - left) * (weight[x] ?? 0))) * scale;
  }
}

function mixLines(
  upper: Float32Array,
  lower: Float32Array,
  weight: number,
  out: Int8Array,
  start: number,
): void {
  for (let x = 0; x < upper.length; x++) {
    const above = upper[x] ?? 0;
    const mixed = f(above + f(f((lower[x] ?? 0) - above) * weight));
    out[start + x] = Math.max(-127, Math.min(127, Math.floor(f(mixed + 0.5))));
  }
}
