import { addLine, type AxisPlan } from './axis-plan.js';
import type { Affine } from './geometry.js';
import type { Size } from './types.js';

/** A real picture of 32-bit samples. */
export interface Picture extends Size {
  readonly samples: Float32Array;
}

export function picture(width: number, height: number): Picture {
  return { width, height, samples: new Float32Array(width * height) };
}

/** Whether the map only moves by whole samples. */
function isWholeShift([a, b, c, d, e, f]: Affine): boolean {
  const near = (value: number, wanted: number) => Math.abs(value - wanted) < 1e-4;
  return (
    near(a, 1) && near(b, 0) && near(d, 0) && near(e, 1) && near(c, Math.round(c)) && near(f, Math.round(f))
  );
}

/**
 * out(x, y) = from(map(x, y)), bicubic (Catmull–Rom); zero outside. Writes the top left `to.width`×`to.height` samples of
 * `out`, whose rows are `outStride` apart.
 */
export function warp(from: Picture, map: Affine, to: Size, out: Float32Array, outStride: number): void {
  const [a, b, c, d, e, f] = map;
  if (isWholeShift(map)) {
    shift(from, Math.round(c), Math.round(f), to, out, outStride);
    return;
  }
  if (b === 0 && d === 0) {
    warpUpright(
      from,
      cubicPlan(from.width, to.width, a, c),
      cubicPlan(from.height, to.height, e, f),
      to,
      out,
      outStride,
    );
    return;
  }
  for (let y = 0; y < to.height; y++)
    for (let x = 0; x < to.width; x++)
      out[y * outStride + x] = cubicAt(from, a * x + b * y + c, d * x + e * y + f);
}

function shift(from: Picture, dx: number, dy: number, to: Size, out: Float32Array, outStride: number): void {
  const low = Math.max(0, -dx);
  const high = Math.min(to.width, from.width - dx);
  for (let y = 0; y < to.height; y++) {
    const target = y * outStride;
    out.fill(0, target, target + to.width);
    if (y + dy < 0 || y + dy >= from.height || high <= low) continue;
    const source = (y + dy) * from.width + dx;
    out.set(from.samples.subarray(source + low, source + high), target + low);
  }
}

/** Without rotation rows and columns separate: first four rows into a line, then four samples of the line. */
function warpUpright(
  { samples, width }: Picture,
  columns: AxisPlan,
  rows: AxisPlan,
  to: Size,
  out: Float32Array,
  outStride: number,
): void {
  const line = new Float32Array(width);
  for (let y = 0; y < to.height; y++) {
    line.fill(0);
    for (let tap = 0; tap < rows.taps; tap++) {
      const weight = rows.weights[y * rows.taps + tap] ?? 0;
      if (weight === 0) continue;
      const start = ((rows.first[y] ?? 0) + tap) * width;
      for (let x = 0; x < width; x++) line[x] = (line[x] ?? 0) + weight * (samples[start + x] ?? 0);
    }
    out.fill(0, y * outStride, y * outStride + to.width);
    addLine(line, columns, out, y * outStride, to.width);
  }
}

/** Catmull–Rom weights of four neighbours (at most), the border repeated; none more than half a sample outside. */
function cubicPlan(from: number, to: number, scale: number, offset: number): AxisPlan {
  const taps = Math.min(4, from);
  const first = new Int32Array(to);
  const weights = new Float32Array(to * taps);
  for (let i = 0; i < to; i++) {
    const position = scale * i + offset;
    if (!(position > -0.5 && position < from - 0.5)) continue;
    const base = Math.floor(position);
    const start = Math.max(0, Math.min(from - taps, base - 1));
    first[i] = start;
    catmullRom(position - base).forEach((weight, k) => {
      const tap = Math.max(0, Math.min(from - 1, base - 1 + k)) - start;
      weights[i * taps + tap] = (weights[i * taps + tap] ?? 0) + weight;
    });
  }
  return { taps, first, weights };
}

function catmullRom(u: number): readonly number[] {
  return [
    ((2 - u) * u - 1) * u * 0.5,
    ((3 * u - 5) * u * u + 2) * 0.5,
    ((4 - 3 * u) * u + 1) * u * 0.5,
    (u - 1) * u * u * 0.5,
  ];
}

function cubicAt({ samples, width, height }: Picture, x: number, y: number): number {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  if (x0 < 1 || y0 < 1 || x0 >= width - 2 || y0 >= height - 2) return linearAt(samples, width, height, x, y);
  const u = x - x0;
  const v = y - y0;
  const u0 = ((2 - u) * u - 1) * u * 0.5;
  const u1 = ((3 * u - 5) * u * u + 2) * 0.5;
  const u2 = ((4 - 3 * u) * u + 1) * u * 0.5;
  const u3 = (u - 1) * u * u * 0.5;
  const v0 = ((2 - v) * v - 1) * v * 0.5;
  const v1 = ((3 * v - 5) * v * v + 2) * 0.5;
  const v2 = ((4 - 3 * v) * v + 1) * v * 0.5;
  const v3 = (v - 1) * v * v * 0.5;
  const i = (y0 - 1) * width + x0 - 1;
  const j = i + width;
  const k = j + width;
  const l = k + width;
  return (
    v0 *
      (u0 * (samples[i] ?? 0) +
        u1 * (samples[i + 1] ?? 0) +
        u2 * (samples[i + 2] ?? 0) +
        u3 * (samples[i + 3] ?? 0)) +
    v1 *
      (u0 * (samples[j] ?? 0) +
        u1 * (samples[j + 1] ?? 0) +
        u2 * (samples[j + 2] ?? 0) +
        u3 * (samples[j + 3] ?? 0)) +
    v2 *
      (u0 * (samples[k] ?? 0) +
        u1 * (samples[k + 1] ?? 0) +
        u2 * (samples[k + 2] ?? 0) +
        u3 * (samples[k + 3] ?? 0)) +
    v3 *
      (u0 * (samples[l] ?? 0) +
        u1 * (samples[l + 1] ?? 0) +
        u2 * (samples[l + 2] ?? 0) +
        u3 * (samples[l + 3] ?? 0))
  );
}

/** Bilinear at the border; zero more than half a sample outside. */
function linearAt(samples: Float32Array, width: number, height: number, x: number, y: number): number {
  if (!(x > -0.5 && y > -0.5 && x < width - 0.5 && y < height - 0.5)) return 0;
  const x0 = Math.max(0, Math.min(width - 2, Math.floor(x)));
  const y0 = Math.max(0, Math.min(height - 2, Math.floor(y)));
  const u = Math.max(0, Math.min(1, x - x0));
  const v = Math.max(0, Math.min(1, y - y0));
  const i = y0 * width + x0;
  const top = (samples[i] ?? 0) * (1 - u) + (samples[i + 1] ?? 0) * u;
  const bottom = (samples[i + width] ?? 0) * (1 - u) + (samples[i + width + 1] ?? 0) * u;
  return top * (1 - v) + bottom * v;
}
