import { selectedSimd } from './kernels/select.js';
import { SimdLoudness } from './kernels/simd-loudness.js';
import type { Size } from './types.js';

/** Keeps flat areas from being blown up to noise, in code values. */
export const ENERGY_FLOOR = 0.25;

/** The part of a padded picture that counts: `size` samples from index `start`, rows `pitch` samples apart. */
export interface InnerPart {
  readonly size: Size;
  readonly start: number;
  readonly pitch: number;
}

/**
 * Divides a picture by its local loudness. The local energy is the mean square under three running means (nearly a Gaussian), the
 * level its root plus ENERGY_FLOOR, and the loudness the level's power 1.5: the mark is nearly as strong in quiet as in busy areas,
 * so that its best weight falls with the level squared; 1 makes every area equally loud, and 1.5 in all was best on natural clips.
 */
export interface Loudness {
  /** Adds the divided samples to `sum`, row by row. */
  add(padded: Float32Array, sum: Float32Array): void;
}

/** `reach` of the running means, in samples. */
export function createLoudness(part: InnerPart, reach: number): Loudness {
  const simd = selectedSimd();
  return simd === null ? new ScalarLoudness(part, reach) : new SimdLoudness(simd, part, reach);
}

/** For every position 1/number of samples that a running mean has there. */
export function meanScales(count: number, reach: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => 1 / (Math.min(count - 1, i + reach) - Math.max(0, i - reach) + 1),
  );
}

const f = Math.fround;
const PASSES = 3;

/** The oracle of assembly/loudness.ts: every operation rounded to 32 bits. */
export class ScalarLoudness implements Loudness {
  private readonly energy: Float32Array;
  private readonly scratch: Float32Array;

  constructor(
    private readonly part: InnerPart,
    private readonly reach: number,
  ) {
    this.energy = new Float32Array(part.size.width * part.size.height);
    this.scratch = new Float32Array(this.energy.length);
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
    const { size, start, pitch } = this.part;
    const { width, height } = size;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) energy[y * width + x] = (padded[start + y * pitch + x] ?? 0) ** 2;
    for (let pass = 0; pass < PASSES; pass++) {
      for (let y = 0; y < height; y++) runningMean(energy, scratch, y * width, 1, width, reach);
      for (let x = 0; x < width; x++) runningMean(scratch, energy, x, width, height, reach);
    }
  }
}

/** Mean over 2·reach + 1 samples, fewer at the ends, summed first to last. */
function runningMean(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  count: number,
  reach: number,
): void {
  for (let i = 0; i < count; i++) {
    const first = Math.max(0, i - reach);
    const last = Math.min(count - 1, i + reach);
    let sum = 0;
    for (let other = first; other <= last; other++) sum = f(sum + (from[start + other * step] ?? 0));
    to[start + i * step] = sum * f(1 / (last - first + 1));
  }
}
