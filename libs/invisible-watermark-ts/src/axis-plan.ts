/** For every output sample: first input sample, and the weights of it and its followers (`taps` of them). */
export interface AxisPlan {
  readonly taps: number;
  readonly first: Int32Array;
  readonly weights: Float32Array;
}

/** Area means when shrinking, linear interpolation when growing, the border repeated. */
export function resizePlan(from: number, to: number): AxisPlan {
  const ratio = from / to;
  const taps = Math.min(from, Math.ceil(Math.max(ratio, 1)) + 1);
  const first = new Int32Array(to);
  const weights = new Float32Array(to * taps);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * ratio;
    const low = ratio > 1 ? centre - ratio / 2 : centre - 0.5;
    const start = Math.max(0, Math.min(from - taps, Math.floor(low)));
    first[i] = start;
    for (let tap = 0; tap < taps; tap++) {
      const sample = start + tap;
      const weight =
        ratio > 1
          ? Math.max(0, Math.min(sample + 1, centre + ratio / 2) - Math.max(sample, centre - ratio / 2)) /
            ratio
          : linearWeight(sample, centre - 0.5, from);
      weights[i * taps + tap] = weight;
    }
  }
  return { taps, first, weights };
}

/** Weight of a sample at a fractional position, with the border repeated. */
function linearWeight(sample: number, position: number, count: number): number {
  const inside = Math.max(0, Math.min(count - 1, position));
  return Math.max(0, 1 - Math.abs(sample - inside));
}

const f = Math.fround;

/** Adds the weighted means of a line to `count` samples of `out`; sums are rounded to 32 bits, as SIMD kernels do. */
export function addLine(
  line: Float32Array,
  { taps, first, weights }: AxisPlan,
  out: Float32Array,
  start: number,
  count: number,
): void {
  for (let x = 0; x < count; x++) {
    const base = first[x] ?? 0;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++)
      sum = f(sum + f((weights[x * taps + tap] ?? 0) * (line[base + tap] ?? 0)));
    out[start + x] = (out[start + x] ?? 0) + sum;
  }
}
