import { q15, rampWeights } from './fixed-point.js';
import { selectedSimd } from './kernels/select.js';
import { SimdStrengthMap } from './kernels/simd-strength-map.js';
import { boxMean, erode, type FilterScratch } from './plane-filters.js';
import {
  DARK_FACTOR,
  DARK_SLOPE,
  FLAT_STRENGTH,
  MAX_STRENGTH,
  STRENGTH_ONE,
  type StrengthMap,
} from './strength.js';
import type { Size } from './types.js';

/** Both 5×5 means spread an edge over ±4 blocks: the erosion (9×9) takes that back. */
const EROSION_REACH = 4;
/** Three running means of 3×3 blocks: nearly a Gaussian of σ = 1.4 blocks. */
const BLUR_PASSES = 3;
export function createStrengthMap(size: Size, block: number): StrengthMap {
  const simd = selectedSimd();
  return simd === null ? new ScalarStrengthMap(size, block) : new SimdStrengthMap(simd, size, block);
}

/** The oracle of assembly/strength-map.ts. */
export class ScalarStrengthMap implements StrengthMap {
  readonly columns: number;
  readonly rows: number;
  readonly strength: Int16Array;
  energy = 0;
  private readonly values: Int16Array;
  private readonly mean: Float32Array;
  private readonly detail: Float32Array;
  private readonly scratch: FilterScratch;
  private readonly weights: Int16Array;

  constructor(
    private readonly size: Size,
    readonly block: number,
  ) {
    this.columns = Math.ceil(size.width / block);
    this.rows = Math.ceil(size.height / block);
    const length = this.columns * this.rows;
    this.values = new Int16Array(length);
    this.mean = new Float32Array(length);
    this.detail = new Float32Array(length);
    const line = Math.max(this.columns, this.rows) + 2 * EROSION_REACH;
    this.scratch = { plane: new Float32Array(length), line: new Float32Array(line) };
    this.weights = rampWeights(block);
    this.strength = new Int16Array(size.width * this.rows);
  }

  update(luma: Uint8Array, stride: number): void {
    const { mean, detail, scratch, values } = this;
    const blocks = { width: this.columns, height: this.rows };
    blockMeans(luma, stride, this.size, this.block, blocks, detail);
    boxMean(detail, mean, scratch, blocks, 2);
    for (let i = 0; i < mean.length; i++) detail[i] = Math.fround((detail[i] ?? 0) - (mean[i] ?? 0)) ** 2;
    boxMean(detail, detail, scratch, blocks, 2);
    for (let i = 0; i < mean.length; i++) detail[i] = Math.sqrt(detail[i] ?? 0);
    erode(detail, scratch, blocks, EROSION_REACH);
    for (let i = 0; i < mean.length; i++) detail[i] = strengthOf(detail[i] ?? 0, mean[i] ?? 0);
    for (let pass = 0; pass < BLUR_PASSES; pass++) boxMean(detail, detail, scratch, blocks, 1);
    for (let i = 0; i < mean.length; i++)
      values[i] = Math.trunc(Math.fround((detail[i] ?? 0) * STRENGTH_ONE + 0.5));
    this.energy = values.reduce((sum, value) => sum + value * value, 0) / (values.length * STRENGTH_ONE ** 2);
    this.expand();
  }

  private expand(): void {
    const { block, columns, rows, values, weights, strength } = this;
    const { width } = this.size;
    for (let row = 0; row < rows; row++)
      for (let x = 0; x < width; x++) {
        const run = Math.floor((x - (block >> 1)) / block);
        const from = values[row * columns + Math.max(0, run)] ?? 0;
        const to = values[row * columns + Math.min(columns - 1, run + 1)] ?? 0;
        const weight = weights[x - (block >> 1) - run * block] ?? 0;
        strength[row * width + x] = from + q15(to - from, weight);
      }
  }
}

function strengthOf(deviation: number, luma: number): number {
  const strength = Math.min(MAX_STRENGTH, Math.fround(FLAT_STRENGTH + deviation));
  return strength * Math.min(1, Math.fround(DARK_FACTOR + Math.fround(luma * DARK_SLOPE)));
}

/** Mean luma of every block; the last column and row may be narrower. */
function blockMeans(
  luma: Uint8Array,
  stride: number,
  { width, height }: Size,
  block: number,
  blocks: Size,
  out: Float32Array,
): void {
  for (let row = 0; row < blocks.height; row++)
    for (let column = 0; column < blocks.width; column++) {
      const right = Math.min(width, (column + 1) * block);
      const bottom = Math.min(height, (row + 1) * block);
      let sum = 0;
      for (let y = row * block; y < bottom; y++)
        for (let x = column * block; x < right; x++) sum += luma[y * stride + x] ?? 0;
      out[row * blocks.width + column] = sum / ((right - column * block) * (bottom - row * block));
    }
}
