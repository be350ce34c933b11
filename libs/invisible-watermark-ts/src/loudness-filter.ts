import { selectedSimd } from './kernels/select.js';
import { SimdLoudness } from './kernels/simd-loudness.js';
import { ENERGY_FLOOR, type InnerPart, type Loudness, meanScales } from './loudness.js';

/** `reach` of the running means, in samples. */
export function createLoudness(part: InnerPart, reach: number): Loudness {
  const simd = selectedSimd();
  return simd === null ? new ScalarLoudness(part, reach) : new SimdLoudness(simd, part, reach);
}

const f = Math.fround;
const PASSES = 3;

/** The oracle of assembly/loudness.ts: every operation rounded to 32 bits. */
export class ScalarLoudness implements Loudness {
  private readonly energy: Float32Array;
  private readonly scratch: Float32Array;
  private readonly scales: readonly [columns: Float32Array, rows: Float32Array];

  constructor(
    private readonly part: InnerPart,
    private readonly reach: number,
  ) {
    this.energy = new Float32Array(part.size.width * part.size.height);
    this.scratch = new Float32Array(this.energy.length);
    this.scales = [meanScales(part.size.width, reach), meanScales(part.size.height, reach)];
  }

  get bytes(): number {
    return this.energy.byteLength + this.scratch.byteLength;
  }

  add(padded: Float32Array, sum: Float32Array): void {
    const { size, start, pitch } = this.part;
    this.localEnergy(padded);
    for (let y = 0; y < size.height; y++)
      for (let x = 0; x < size.width; x++) {
        const i = y * size.width + x;
        const level = f(f(Math.sqrt(this.energy[i] ?? 0)) + ENERGY_FLOOR);
        const loudness = f(level * f(Math.sqrt(level)));
        sum[i] = (sum[i] ?? 0) + f((padded[start + y * pitch + x] ?? 0) / loudness);
      }
  }

  private localEnergy(padded: Float32Array): void {
    const { energy, scratch, reach } = this;
    const [columnScales, rowScales] = this.scales;
    const { size, start, pitch } = this.part;
    const { width, height } = size;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) energy[y * width + x] = (padded[start + y * pitch + x] ?? 0) ** 2;
    for (let pass = 0; pass < PASSES; pass++) {
      for (let y = 0; y < height; y++) runningMean(energy, scratch, y * width, 1, columnScales, reach);
      for (let x = 0; x < width; x++) runningMean(scratch, energy, x, width, rowScales, reach);
    }
  }
}

/** Mean over 2·reach + 1 samples, fewer at the ends, summed first to last. */
function runningMean(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  scales: Float32Array,
  reach: number,
): void {
  const count = scales.length;
  for (let i = 0; i < count; i++) {
    const first = Math.max(0, i - reach);
    const last = Math.min(count - 1, i + reach);
    let sum = 0;
    for (let other = first; other <= last; other++) sum = f(sum + (from[start + other * step] ?? 0));
    to[start + i * step] = sum * (scales[i] ?? 0);
  }
}
