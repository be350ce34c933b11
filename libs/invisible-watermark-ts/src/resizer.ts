import { addLine, type AxisPlan, resizePlan } from './axis-plan.js';
import { selectedSimd } from './kernels/select.js';
import { SimdResizer } from './kernels/simd-resizer.js';
import type { Size } from './types.js';

/** Rows of samples, `stride` samples apart. */
export interface Plane {
  readonly luma: Uint8Array | Float32Array;
  readonly stride: number;
}

/** Separable resize between two fixed sizes: area mean when shrinking, linear interpolation when growing. */
export class Resizer {
  private readonly engine: ScalarResizer | SimdResizer;

  /** Bytes of plans and buffers. */
  readonly bytes: number;

  constructor(from: Size, to: Size) {
    const [columns, rows] = [resizePlan(from.width, to.width), resizePlan(from.height, to.height)];
    this.bytes = [columns, rows].reduce(
      (sum, { first, weights }) => sum + first.byteLength + weights.byteLength,
      4 * from.width,
    );
    const simd = selectedSimd();
    this.engine =
      simd === null
        ? new ScalarResizer(from, to, columns, rows)
        : new SimdResizer(simd, from, to, columns, rows);
  }

  /** Writes the resized frame. */
  run(frame: Plane, out: Float32Array): void {
    out.fill(0);
    this.add(frame, 1, out);
  }

  /** Adds the resized frame times `share`. */
  add(frame: Plane, share: number, out: Float32Array): void {
    this.engine.add(frame, share, out);
  }
}

const f = Math.fround;

/** The oracle of assembly/resize.ts. Vertical means first: they run along contiguous rows. */
export class ScalarResizer {
  private readonly line: Float32Array;

  constructor(
    private readonly from: Size,
    private readonly to: Size,
    private readonly columns: AxisPlan,
    private readonly rows: AxisPlan,
  ) {
    this.line = new Float32Array(from.width);
  }

  add({ luma, stride }: Plane, share: number, out: Float32Array): void {
    const { from, to, rows, columns, line } = this;
    for (let y = 0; y < to.height; y++) {
      line.fill(0);
      for (let tap = 0; tap < rows.taps; tap++) {
        const weight = f(f(share) * (rows.weights[y * rows.taps + tap] ?? 0));
        if (weight === 0) continue;
        const start = ((rows.first[y] ?? 0) + tap) * stride;
        for (let x = 0; x < from.width; x++) line[x] = (line[x] ?? 0) + f(weight * (luma[start + x] ?? 0));
      }
      addLine(line, columns, out, y * to.width, to.width);
    }
  }
}
