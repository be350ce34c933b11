import type { AxisPlan } from '../axis-plan.js';
import type { Plane } from '../resizer.js';
import type { Size } from '../types.js';
import { LumaSlot } from './luma-slot.js';
import type { SimdExports } from './simd-module.js';
import { type Slot, Workspace } from './workspace.js';

/** Samples that the kernel reads and writes past the end of a line. */
const LINE_SLACK = 8;

interface PlanSlots {
  readonly plan: AxisPlan;
  readonly first: Slot<Int32Array>;
  readonly weights: Slot<Float32Array>;
}

/** The resize of assembly/resize.ts: the same samples as `ScalarResizer`. */
export class SimdResizer {
  private readonly columns: PlanSlots;
  private readonly rows: PlanSlots;
  private readonly line: Slot<Float32Array>;
  private readonly out: Slot<Float32Array>;
  private readonly plane: LumaSlot;

  constructor(
    private readonly simd: SimdExports,
    private readonly from: Size,
    private readonly to: Size,
    columns: AxisPlan,
    rows: AxisPlan,
  ) {
    const workspace = new Workspace(simd);
    const slots = (plan: AxisPlan): PlanSlots => ({
      plan,
      first: workspace.int32(plan.first.length),
      weights: workspace.float32(plan.weights.length),
    });
    this.columns = slots(columns);
    this.rows = slots(rows);
    this.line = workspace.float32(from.width + LINE_SLACK);
    this.out = workspace.float32(to.width * to.height);
    this.plane = new LumaSlot(workspace, from);
  }

  add({ luma, stride }: Plane, share: number, out: Float32Array): void {
    const { simd, from, to, columns, rows } = this;
    for (const { plan, first, weights } of [columns, rows]) {
      first.values.set(plan.first);
      weights.values.set(plan.weights);
    }
    this.out.values.set(out.length === this.out.length ? out : out.subarray(0, this.out.length));
    simd.addResized(
      luma instanceof Float32Array
        ? this.plane.load(bytesOf(luma), 4 * stride)
        : this.plane.load(luma, stride),
      luma instanceof Float32Array ? 1 : 0,
      stride,
      share,
      from.width,
      to.width,
      to.height,
      columns.plan.taps,
      columns.first.at,
      columns.weights.at,
      rows.plan.taps,
      rows.first.at,
      rows.weights.at,
      this.line.at,
      this.out.at,
    );
    out.set(this.out.values);
  }
}

function bytesOf(samples: Float32Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
