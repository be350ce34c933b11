import { rampWeights } from '../fixed-point.js';
import {
  DARK_FACTOR,
  DARK_SLOPE,
  FLAT_STRENGTH,
  MAX_STRENGTH,
  STRENGTH_ONE,
  type StrengthMap,
} from '../strength.js';
import type { Size } from '../types.js';
import { LumaSlot } from './luma-slot.js';
import type { SimdExports } from './simd-module.js';
import { type Slot, Workspace } from './workspace.js';

/** Values that the kernel may write past the end of a plane, and reads beside a line. */
const PLANE_SLACK = 4;
const LINE_SLACK = 16;

/** The strength map of assembly/strength-map.ts: the same values as `ScalarStrengthMap`. */
export class SimdStrengthMap implements StrengthMap {
  readonly rows: number;
  readonly strength: Int16Array;
  energy = 0;
  private readonly columns: number;
  private readonly weights: Int16Array;
  private readonly planes: readonly [mean: number, detail: number, scratch: number];
  private readonly line: Slot<Float32Array>;
  private readonly values: Slot<Int16Array>;
  private readonly weightsSlot: Slot<Int16Array>;
  private readonly expanded: Slot<Int16Array>;
  private readonly luma: LumaSlot;

  constructor(
    private readonly simd: SimdExports,
    private readonly size: Size,
    readonly block: number,
  ) {
    this.columns = Math.ceil(size.width / block);
    this.rows = Math.ceil(size.height / block);
    const count = this.columns * this.rows;
    const workspace = new Workspace(simd);
    const plane = () => workspace.float32(count + PLANE_SLACK).at;
    this.planes = [plane(), plane(), plane()];
    this.line = workspace.float32(Math.max(this.columns + LINE_SLACK, size.width));
    this.values = workspace.int16(count + PLANE_SLACK);
    this.weights = rampWeights(block);
    this.weightsSlot = workspace.int16(block);
    this.expanded = workspace.int16(size.width * this.rows);
    this.luma = new LumaSlot(workspace, size);
    this.strength = new Int16Array(size.width * this.rows);
  }

  update(luma: Uint8Array, stride: number): void {
    const { simd, size, block, columns, rows } = this;
    const squares = simd.updateStrength(
      this.luma.load(luma, stride),
      stride,
      size.width,
      size.height,
      block,
      columns,
      rows,
      FLAT_STRENGTH,
      MAX_STRENGTH,
      DARK_FACTOR,
      DARK_SLOPE,
      ...this.planes,
      this.line.at,
      this.values.at,
    );
    this.energy = squares / (columns * rows * STRENGTH_ONE ** 2);
    this.weightsSlot.values.set(this.weights);
    simd.expandStrength(
      this.values.at,
      columns,
      rows,
      block,
      this.weightsSlot.at,
      this.expanded.at,
      size.width,
    );
    this.strength.set(this.expanded.values);
  }
}
