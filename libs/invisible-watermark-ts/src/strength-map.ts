import { boxMean, erode } from './plane-filters.js';
import type { Size } from './types.js';

/** Strength of the mark at σ = 0, in map units, and its ceiling in busy areas (WATERMARK measurements, 42 dB). */
export const FLAT_STRENGTH = 2;
const MAX_STRENGTH = 10;
/** Below this luma the mark is weakened, down to 0.75 at black: eyes see noise in shadows. */
const DARK_LUMA = 60;
const DARK_FACTOR = 0.75;
/** Neighbourhood of the mean and of the activity: 5×5 blocks. */
const REACH = 2;
/** Both means spread an edge over ±4 blocks: the erosion (9×9) takes that back. */
const EROSION_REACH = 4;
/** Three running means of 3×3 blocks: nearly a Gaussian of σ = 1.4 blocks. */
const BLUR_REACH = 1;
const BLUR_PASSES = 3;

/**
 * How strong the mark may be, per block of the frame: grows with local activity (the deviation from the local mean, so that a
 * smooth shade on a cheek or a wall counts as flat), stays low in flat areas beside strong edges (erosion), lower in the
 * dark. Reuses its buffers.
 */
export class StrengthMap {
  readonly columns: number;
  readonly rows: number;
  /** Strength per block, row by row, relative. */
  readonly values: Float32Array;
  /** Mean of the squared strength over the frame. */
  energy = 0;
  private readonly mean: Float32Array;
  private readonly detail: Float32Array;
  private readonly scratch: Float32Array;

  constructor(
    private readonly size: Size,
    /** Side of a block in frame pixels. */
    readonly block: number,
  ) {
    this.columns = Math.ceil(size.width / block);
    this.rows = Math.ceil(size.height / block);
    const length = this.columns * this.rows;
    this.values = new Float32Array(length);
    this.mean = new Float32Array(length);
    this.detail = new Float32Array(length);
    this.scratch = new Float32Array(length);
  }

  update(luma: Uint8Array, stride: number): void {
    const { columns, rows, mean, detail, scratch, values } = this;
    blockMeans(luma, stride, this.size, this.block, columns, detail);
    mean.set(detail);
    boxMean(mean, scratch, columns, rows, REACH);
    for (let i = 0; i < mean.length; i++) detail[i] = ((detail[i] ?? 0) - (mean[i] ?? 0)) ** 2;
    boxMean(detail, scratch, columns, rows, REACH);
    for (let i = 0; i < mean.length; i++) values[i] = Math.sqrt(Math.max(0, detail[i] ?? 0));
    erode(values, scratch, columns, rows, EROSION_REACH);
    for (let i = 0; i < mean.length; i++) values[i] = strengthOf(values[i] ?? 0, mean[i] ?? 0);
    for (let pass = 0; pass < BLUR_PASSES; pass++) boxMean(values, scratch, columns, rows, BLUR_REACH);
    let sum = 0;
    for (const value of values) sum += value * value;
    this.energy = sum / values.length;
  }
}

function strengthOf(deviation: number, luma: number): number {
  const strength = Math.min(MAX_STRENGTH, FLAT_STRENGTH + deviation);
  return luma < DARK_LUMA ? strength * (DARK_FACTOR + ((1 - DARK_FACTOR) * luma) / DARK_LUMA) : strength;
}

/** Mean luma of every block; the last column and row may be narrower. */
export function blockMeans(
  luma: Uint8Array,
  stride: number,
  { width, height }: Size,
  block: number,
  columns: number,
  out: Float32Array,
): void {
  out.fill(0);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / block) * columns;
    let x = y * stride;
    const end = x + width;
    for (let column = 0; column < columns; column++) {
      const stop = Math.min(x + block, end);
      let sum = 0;
      while (x < stop) sum += luma[x++] ?? 0;
      out[row + column] = (out[row + column] ?? 0) + sum;
    }
  }
  const rows = out.length / columns;
  for (let r = 0; r < rows; r++) {
    const tall = Math.min(block, height - r * block);
    for (let c = 0; c < columns; c++) {
      const area = tall * Math.min(block, width - c * block);
      out[r * columns + c] = (out[r * columns + c] ?? 0) / area;
    }
  }
}
