import { ENERGY_FLOOR, type InnerPart, type Loudness, meanScales } from '../loudness.js';
import type { SimdExports } from './simd-module.js';
import { type Slot, Workspace } from './workspace.js';

/** Samples that the kernel may write past the end of a plane. */
const PLANE_SLACK = 4;
const FLOAT_BYTES = 4;

/** The loudness of assembly/loudness.ts: the same sums as `ScalarLoudness`. */
export class SimdLoudness implements Loudness {
  private readonly scales: Float32Array;
  private readonly counts: Slot<Float32Array>;
  private readonly line: Slot<Float32Array>;
  private readonly scratch: Slot<Float32Array>;
  private readonly energy: Slot<Float32Array>;
  private readonly sum: Slot<Float32Array>;
  private readonly padded: Slot<Float32Array>;

  constructor(
    private readonly simd: SimdExports,
    private readonly part: InnerPart,
    private readonly reach: number,
  ) {
    const { width, height } = part.size;
    const workspace = new Workspace(simd);
    this.scales = Float32Array.from([...meanScales(width, reach), ...meanScales(height, reach)]);
    this.counts = workspace.float32(this.scales.length);
    this.line = workspace.float32(width + 2 * reach + PLANE_SLACK);
    this.scratch = workspace.float32(width * height + PLANE_SLACK);
    this.energy = workspace.float32(width * height + PLANE_SLACK);
    this.sum = workspace.float32(width * height);
    this.padded = workspace.float32(part.start + part.pitch * height);
  }

  get bytes(): number {
    return this.scales.byteLength;
  }

  add(padded: Float32Array, sum: Float32Array): void {
    const { simd, reach } = this;
    const { size, start, pitch } = this.part;
    const { width, height } = size;
    const inner = this.padded.at + FLOAT_BYTES * start;
    this.counts.values.set(this.scales);
    this.padded.values.set(padded.subarray(0, this.padded.length));
    this.sum.values.set(sum);
    simd.localEnergy(
      inner,
      pitch,
      width,
      height,
      reach,
      this.counts.at,
      this.line.at,
      this.scratch.at,
      this.energy.at,
    );
    simd.addByLoudness(inner, pitch, width, height, this.energy.at, ENERGY_FLOOR, this.sum.at);
    sum.set(this.sum.values);
  }
}
