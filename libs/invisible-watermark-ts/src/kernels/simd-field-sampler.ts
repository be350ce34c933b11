import type { FieldSampler } from '../field-sampler.js';
import { GRID_HEIGHT, GRID_WIDTH, rootMeanSquare, type Sampling } from '../sampling.js';
import type { SimdExports } from './simd-module.js';
import { type Slot, Workspace } from './workspace.js';

/** The sampling of assembly/field.ts: the same bytes as `ScalarFieldSampler`. */
export class SimdFieldSampler implements FieldSampler {
  private readonly grid: Slot<Float32Array>;
  private readonly out: Slot<Int8Array>;
  private readonly lower: readonly [columns: Slot<Int32Array>, rows: Slot<Int32Array>];
  private readonly weight: readonly [columns: Slot<Float32Array>, rows: Slot<Float32Array>];
  private readonly lines: readonly [top: number, bottom: number];

  constructor(
    private readonly simd: SimdExports,
    private readonly sampling: Sampling,
  ) {
    const workspace = new Workspace(simd);
    const { size, columns, rows } = sampling;
    this.lower = [workspace.int32(columns.lower.length), workspace.int32(rows.lower.length)];
    this.weight = [workspace.float32(columns.weight.length), workspace.float32(rows.weight.length)];
    this.lines = [workspace.float32(size.width).at, workspace.float32(size.width).at];
    this.out = workspace.int8(size.width * size.height);
    this.grid = workspace.float32(GRID_WIDTH * GRID_HEIGHT);
  }

  sample(grid: Float32Array, scaleOf: (rms: number) => number, out: Int8Array): void {
    const { simd, sampling, lower, weight } = this;
    const { size, window, gridWidth } = sampling;
    this.grid.values.set(grid);
    [sampling.columns, sampling.rows].forEach((axis, i) => {
      lower[i]?.values.set(axis.lower);
      weight[i]?.values.set(axis.weight);
    });
    const energy = simd.gridEnergy(
      this.grid.at,
      gridWidth,
      window.fromColumn,
      window.toColumn,
      window.fromRow,
      window.toRow,
    );
    simd.sampleGrid(
      this.grid.at,
      gridWidth,
      lower[0].at,
      weight[0].at,
      lower[1].at,
      weight[1].at,
      size.width,
      size.height,
      scaleOf(rootMeanSquare(energy, sampling)),
      ...this.lines,
      this.out.at,
    );
    out.set(this.out.values);
  }
}
