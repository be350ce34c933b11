import { downscale, type Affine } from './affine.js';

/** One 8-bit plane inside a larger buffer. */
export interface Plane {
  readonly data: Uint8Array;
  readonly offset: number;
  readonly width: number;
  readonly height: number;
}

/** What a sample outside the plane gives: the nearest edge pixel, or this value. */
export type Outside = 'edge' | number;

/** Bilinear samples further apart than this many pixels would skip picture content. */
const SAMPLE_SPACING_PX = 1.5;
/** At most this many samples per patch pixel and direction: an 8K frame on a 128² patch stays affordable. */
const MAX_SAMPLES = 5;

/** Samples per patch pixel and direction that a map needs so that downscaling does not alias. */
export function samplesPerPixel(map: Affine): number {
  return Math.min(MAX_SAMPLES, Math.max(1, Math.ceil(downscale(map) / SAMPLE_SPACING_PX)));
}

/**
 * Fills `out` (width·height values) with the plane seen through `map`: each patch pixel is the mean of a grid of
 * bilinear samples spread over its area. Written for speed: numbers in local variables, no allocation, bounds checked
 * per row, and a row as a function of its own, since engines compile short functions better than deep loops.
 */
export function samplePlane(
  plane: Plane,
  map: Affine,
  width: number,
  height: number,
  outside: Outside,
  out: Float32Array,
): void {
  const n = samplesPerPixel(map);
  const { a, b, c, d, e, f } = map;
  const { data, offset, width: stride } = plane;
  // How far the samples of one patch pixel reach from its centre.
  const reachU = (Math.abs(a) + Math.abs(b)) / 2;
  const reachV = (Math.abs(d) + Math.abs(e)) / 2;
  const inside = (u: number, v: number): boolean =>
    u >= reachU && v >= reachV && u + reachU < stride - 1 && v + reachV < plane.height - 1;
  for (let y = 0; y < height; y++) {
    const u = a * 0.5 + b * (y + 0.5) + c - 0.5;
    const v = d * 0.5 + e * (y + 0.5) + f - 0.5;
    const row = y * width;
    if (inside(u, v) && inside(u + a * (width - 1), v + d * (width - 1))) {
      sampleRow(data, offset, stride, u, v, a, b, d, e, n, out, row, width);
      continue;
    }
    for (let x = 0; x < width; x++) {
      const [pu, pv] = [u + a * x, v + d * x];
      if (inside(pu, pv)) sampleRow(data, offset, stride, pu, pv, a, b, d, e, n, out, row + x, 1);
      else out[row + x] = meanAnywhere(plane, map, pu, pv, n, outside);
    }
  }
}

/** `count` patch pixels from centre (u, v) on, all of whose samples have their four neighbours in the plane. */
function sampleRow(
  data: Uint8Array,
  offset: number,
  stride: number,
  u: number,
  v: number,
  a: number,
  b: number,
  d: number,
  e: number,
  n: number,
  out: Float32Array,
  at: number,
  count: number,
): void {
  const step = 1 / n;
  const first = (step - 1) / 2;
  const stepU = a * step;
  const stepV = d * step;
  const share = step * step;
  for (let x = 0; x < count; x++) {
    let sum = 0;
    for (let j = 0; j < n; j++) {
      const dy = first + j * step;
      let su = u + a * (x + first) + b * dy;
      let sv = v + d * (x + first) + e * dy;
      for (let i = 0; i < n; i++) {
        const px = su | 0;
        const py = sv | 0;
        const fx = su - px;
        const k = offset + py * stride + px;
        const p = data[k] ?? 0;
        const r = data[k + stride] ?? 0;
        const top = p + ((data[k + 1] ?? 0) - p) * fx;
        sum += top + (r + ((data[k + stride + 1] ?? 0) - r) * fx - top) * (sv - py);
        su += stepU;
        sv += stepV;
      }
    }
    out[at + x] = sum * share;
  }
}

/** The same where some or all samples lie outside the plane. */
function meanAnywhere(plane: Plane, map: Affine, u: number, v: number, n: number, outside: Outside): number {
  const reachU = (Math.abs(map.a) + Math.abs(map.b)) / 2;
  const reachV = (Math.abs(map.d) + Math.abs(map.e)) / 2;
  const allOutside = !(
    u + reachU >= -0.5 &&
    v + reachV >= -0.5 &&
    u - reachU <= plane.width - 0.5 &&
    v - reachV <= plane.height - 0.5
  );
  if (allOutside && outside !== 'edge') return outside;
  let sum = 0;
  for (let j = 0; j < n; j++) {
    const dy = (j + 0.5) / n - 0.5;
    for (let i = 0; i < n; i++) {
      const dx = (i + 0.5) / n - 0.5;
      sum += bilinearAnywhere(plane, u + map.a * dx + map.b * dy, v + map.d * dx + map.e * dy, outside);
    }
  }
  return sum / (n * n);
}

function bilinearAnywhere(plane: Plane, u: number, v: number, outside: Outside): number {
  const { data, width, height, offset } = plane;
  if (outside !== 'edge' && !(u >= -0.5 && v >= -0.5 && u <= width - 0.5 && v <= height - 0.5))
    return outside;
  const cu = Math.min(Math.max(u, 0), width - 1);
  const cv = Math.min(Math.max(v, 0), height - 1);
  const x = Math.floor(cu);
  const y = Math.floor(cv);
  const right = x + 1 < width ? 1 : 0;
  const below = y + 1 < height ? width : 0;
  const at = offset + y * width + x;
  const p = data[at] ?? 0;
  const q = data[at + right] ?? 0;
  const r = data[at + below] ?? 0;
  const s = data[at + below + right] ?? 0;
  const fx = cu - x;
  const fy = cv - y;
  const top = p + (q - p) * fx;
  return top + (r + (s - r) * fx - top) * fy;
}
