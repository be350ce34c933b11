import type { I420Frame, I420Planes } from '@guise/frame';
import { atCells, type TexelGrid } from './texel-grid.js';

/** One colour per cell, code values. */
export interface CellColours {
  readonly y: Float32Array;
  readonly u: Float32Array;
  readonly v: Float32Array;
}

export function createCellColours({ count }: TexelGrid): CellColours {
  return { y: new Float32Array(count), u: new Float32Array(count), v: new Float32Array(count) };
}

/** Reads the camera's colour at every cell: luma as the mean of four points, chroma at the nearest sample. */
export class CellReader {
  private readonly xs: Float32Array;
  private readonly ys: Float32Array;

  constructor(private readonly grid: TexelGrid) {
    this.xs = new Float32Array(grid.count);
    this.ys = new Float32Array(grid.count);
  }

  /** @param cellPx about how wide a cell is in the picture */
  read(
    frame: I420Frame,
    planes: I420Planes,
    landmarks: Float32Array,
    cellPx: number,
    out: CellColours,
  ): void {
    atCells(this.grid, landmarks, this.xs, 3, 0);
    atCells(this.grid, landmarks, this.ys, 3, 1);
    const reach = Math.max(0.5, cellPx / 4);
    const { width, height } = frame;
    const { y: luma, u, v, chromaWidth, chromaHeight } = planes;
    for (let i = 0; i < this.grid.count; i++) {
      const x = this.xs[i] ?? 0;
      const y = this.ys[i] ?? 0;
      const left = within(x - reach, width);
      const right = within(x + reach, width);
      const top = within(y - reach, height) * width;
      const bottom = within(y + reach, height) * width;
      const upper = (luma[top + left] ?? 0) + (luma[top + right] ?? 0);
      const lower = (luma[bottom + left] ?? 0) + (luma[bottom + right] ?? 0);
      const chroma = within(y / 2, chromaHeight) * chromaWidth + within(x / 2, chromaWidth);
      out.y[i] = (upper + lower) / 4;
      out.u[i] = u[chroma] ?? 0;
      out.v[i] = v[chroma] ?? 0;
    }
  }
}

function within(at: number, size: number): number {
  const floor = Math.floor(at);
  return floor < 0 ? 0 : floor >= size ? size - 1 : floor;
}
