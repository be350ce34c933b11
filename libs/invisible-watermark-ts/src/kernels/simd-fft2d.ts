import { type ComplexArray, planStages } from '../fft.js';
import type { Stage } from '../fft-butterflies.js';
import type { SimdExports } from './simd-module.js';
import { type Slot, Workspace } from './workspace.js';

/** The two-dimensional FFT of assembly/fft2d.ts: the same bits as `ScalarFft2d`. */
export class SimdFft2d {
  private readonly samples: Slot<Float32Array>;
  private readonly re: Slot<Float32Array>;
  private readonly im: Slot<Float32Array>;
  private readonly work: Slot<Int32Array>;
  private readonly plans: readonly { slot: Slot<Int32Array>; values: Int32Array }[];
  private readonly layout: Int32Array;

  constructor(
    private readonly simd: SimdExports,
    width: number,
    height: number,
  ) {
    const workspace = new Workspace(simd);
    const rows = height / 2 + 1;
    const pitch = 4 * Math.ceil(width / 8);
    this.work = workspace.int32(13);
    this.plans = [height, width].map((length) => {
      const values = planBytes(planStages(length, 1));
      return { slot: workspace.int32(values.length), values };
    });
    this.samples = workspace.float32(width * height);
    this.re = workspace.float32(width * rows);
    this.im = workspace.float32(width * rows);
    // the halves also hold four interleaved rows
    const half = Math.max(pitch * height, 4 * width);
    const scratch = Array.from({ length: 4 }, () => workspace.float32(half).at);
    this.layout = Int32Array.from([
      width,
      height,
      pitch,
      this.samples.at,
      this.re.at,
      this.im.at,
      ...scratch,
      ...this.plans.map(({ slot }) => slot.at),
      rows,
    ]);
  }

  /** Bytes outside the kernels' memory. */
  get bytes(): number {
    return this.plans.reduce((sum, { values }) => sum + values.byteLength, this.layout.byteLength);
  }

  forward(samples: Float32Array, out: ComplexArray): void {
    this.enter(0);
    this.samples.values.set(samples);
    this.simd.forward2d(this.work.at);
    out.re.set(this.re.values);
    out.im.set(this.im.values);
  }

  inverse(spectrum: ComplexArray, out: Float32Array, usedRows: number): void {
    this.enter(usedRows);
    this.re.values.set(spectrum.re);
    this.im.values.set(spectrum.im);
    this.simd.inverse2d(this.work.at);
    out.set(this.samples.values);
  }

  private enter(usedRows: number): void {
    this.layout[this.layout.length - 1] = usedRows;
    this.work.values.set(this.layout);
    for (const { slot, values } of this.plans) slot.values.set(values);
  }
}

/** Number of stages; radix, m and stride of each; then each one's cosines and sines, as the bits of 32-bit floats. */
function planBytes(stages: readonly Stage[]): Int32Array {
  const header = [stages.length, ...stages.flatMap(({ radix, m, stride }) => [radix, m, stride])];
  const twiddles = stages.flatMap(({ cos, sin }) => [...cos, ...sin]);
  return Int32Array.from([...header, ...new Int32Array(Float32Array.from(twiddles).buffer)]);
}
