import { CANONICAL_WIDTH, CHIP_COLUMNS, CHIP_ROWS } from './format.js';
import { type Affine, compose, invert } from './geometry.js';
import type { Size } from './types.js';

/** The field is synthesised two samples per chip and interpolated linearly from there. */
export const GRID_WIDTH = 2 * CHIP_COLUMNS;
export const GRID_HEIGHT = 2 * CHIP_ROWS;

/** One axis of the frame on one axis of the grid: lower neighbour and weight of the upper one, per pixel. */
export interface AxisSampling {
  readonly lower: Int32Array;
  readonly weight: Float32Array;
}

/** How frame pixels lie on the field's grid. */
export interface Sampling {
  readonly size: Size;
  /** The frame is upright: the grid is to be transposed first. */
  readonly transposed: boolean;
  /** Width of the grid, after transposing. */
  readonly gridWidth: number;
  readonly columns: AxisSampling;
  readonly rows: AxisSampling;
  /** The part of the grid that the frame shows, after transposing; upper bounds excluded. */
  readonly window: { fromColumn: number; toColumn: number; fromRow: number; toRow: number };
}

/** `toFrame` maps canonical pixels to frame pixels and only scales, moves and transposes. */
export function planSampling(size: Size, toFrame: Affine): Sampling {
  const step = CANONICAL_WIDTH / GRID_WIDTH;
  // frame pixel → canonical pixel → grid sample, whose centre lies at canonical step·j + (step − 1)/2
  const centre = -(step - 1) / (2 * step);
  const [a, b, c, d, e, f] = compose([1 / step, 0, centre, 0, 1 / step, centre], invert(toFrame));
  const transposed = a === 0;
  const [wide, tall] = transposed ? [GRID_HEIGHT, GRID_WIDTH] : [GRID_WIDTH, GRID_HEIGHT];
  const columns = planAxis(size.width, transposed ? d : a, transposed ? f : c, wide);
  const rows = planAxis(size.height, transposed ? b : e, transposed ? c : f, tall);
  const ends = ({ lower }: AxisSampling) => [lower[0] ?? 0, (lower[lower.length - 1] ?? 0) + 1] as const;
  const [fromColumn, toColumn] = ends(columns);
  const [fromRow, toRow] = ends(rows);
  return {
    size,
    transposed,
    gridWidth: wide,
    columns,
    rows,
    window: { fromColumn, toColumn, fromRow, toRow },
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

/** Root of a mean of squares; one for an empty field, so that it stays empty. */
export function rootMeanSquare(energy: number, { window }: Sampling): number {
  const { fromColumn, toColumn, fromRow, toRow } = window;
  return Math.sqrt(energy / Math.max(1, (toRow - fromRow) * (toColumn - fromColumn))) || 1;
}
