import { WatermarkError } from './errors.js';
import { type ComplexArray, runStage, type Stage } from './fft-butterflies.js';
import { unitCircle } from './unit-circle.js';

export type { ComplexArray } from './fft-butterflies.js';

export function complexArray(length: number): ComplexArray {
  return { re: new Float32Array(length), im: new Float32Array(length) };
}

/**
 * Forward complex FFT of `batch` interleaved sequences (sample i of sequence b at i·batch + b), Stockham autosort with
 * radices 4, 2, 3 and 5 (Van Loan, Computational Frameworks for the FFT, §1.7). Unnormalised, e^(−2πi…). The oracle of the SIMD
 * kernel in assembly/fft.ts.
 */
export class Fft {
  private readonly stages: readonly Stage[];
  private readonly work: ComplexArray;

  constructor(
    readonly length: number,
    readonly batch = 1,
  ) {
    this.stages = planStages(length, batch);
    this.work = complexArray(length * batch);
  }

  /** Bytes of the plan and its work space. */
  get bytes(): number {
    const { stages, work } = this;
    return stages.reduce((sum, { cos }) => sum + 2 * cos.byteLength, 2 * work.re.byteLength);
  }

  /** Transforms `data` in place. */
  forward(data: ComplexArray): void {
    let from = data;
    let to = this.work;
    for (const stage of this.stages) {
      runStage(stage, from, to);
      [from, to] = [to, from];
    }
    if (from !== data) {
      data.re.set(from.re);
      data.im.set(from.im);
    }
  }

  /** The inverse without its factor 1/length: swapping real and imaginary parts conjugates the transform. */
  inverse(data: ComplexArray): void {
    this.forward({ re: data.im, im: data.re });
  }
}

/** Smallest n ≥ `least` of the form 2^a·3^b·5^c with a ≥ 1. */
export function fastLength(least: number): number {
  for (let n = Math.max(2, least + (least % 2)); ; n += 2) {
    let rest = n;
    for (const prime of [2, 3, 5]) while (rest % prime === 0) rest /= prime;
    if (rest === 1) return n;
  }
}

/** The passes of a transform, first to last. */
export function planStages(length: number, batch: number): Stage[] {
  const stages: Stage[] = [];
  let n = length;
  let stride = batch;
  while (n > 1) {
    const radix = [4, 2, 3, 5].find((candidate) => n % candidate === 0);
    if (radix === undefined) throw new WatermarkError('invalid-size', `no FFT for length ${length}`);
    const m = n / radix;
    const cos = new Float32Array(m * (radix - 1));
    const sin = new Float32Array(m * (radix - 1));
    for (let p = 0; p < m; p++)
      for (let k = 1; k < radix; k++) {
        const turn = unitCircle(p * k, n);
        cos[p * (radix - 1) + k - 1] = turn.cos;
        sin[p * (radix - 1) + k - 1] = turn.sin;
      }
    stages.push({ radix, m, stride, cos, sin });
    n = m;
    stride *= radix;
  }
  return stages;
}
