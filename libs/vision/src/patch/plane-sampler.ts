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
/** Positions are in 16.16: one pixel. */
const ONE = 65_536;

/** Samples per patch pixel and direction that a map needs so that downscaling does not alias. */
export function samplesPerPixel(map: Affine): number {
  return Math.min(MAX_SAMPLES, Math.max(1, Math.ceil(downscale(map) / SAMPLE_SPACING_PX)));
}

/**
 * Fills `out` (width·height values) with the plane seen through `map`: each patch pixel is the mean of a grid of
 * bilinear samples spread over its area. Weights of samples have 8 bits. Oracle of assembly/read-patch.ts: positions along a row
 * and sums are integers, the mean is rounded to 32 bits.
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
  const [stepU, stepV] = [Math.floor(map.a * ONE + 0.5), Math.floor(map.d * ONE + 0.5)];
  const share = Math.fround(1 / (ONE * (n * n)));
  for (let y = 0; y < height; y++) {
    const starts = rowStarts(map, y, n);
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (const { u, v } of starts) sum += sampleAt(plane, u + x * stepU, v + x * stepV, outside);
      out[y * width + x] = Math.fround(Math.fround(sum) * share);
    }
  }
}

/** Where the samples of a row's first pixel are, in 16.16 from the centre of the plane's first pixel. */
function rowStarts(
  { a, b, c, d, e, f }: Affine,
  y: number,
  n: number,
): { readonly u: number; readonly v: number }[] {
  return Array.from({ length: n * n }, (_, k) => {
    const px = ((k % n) + 0.5) / n;
    const py = y + (Math.floor(k / n) + 0.5) / n;
    return {
      u: Math.floor((a * px + b * py + c - 0.5) * ONE + 128),
      v: Math.floor((d * px + e * py + f - 0.5) * ONE + 128),
    };
  });
}

/** Bilinear value at a position in 16.16, times 65,536. */
function sampleAt({ data, offset, width, height }: Plane, u: number, v: number, outside: Outside): number {
  const cu = Math.min(Math.max(u, 0), (width - 1) * ONE);
  const cv = Math.min(Math.max(v, 0), (height - 1) * ONE);
  const isBeyond = !(Math.abs(u - cu) <= ONE / 2 && Math.abs(v - cv) <= ONE / 2);
  if (isBeyond && outside !== 'edge') return outside * ONE;
  const at = offset + (cv >> 16) * width + (cu >> 16);
  const [fu, fv] = [(cu >> 8) & 255, (cv >> 8) & 255];
  const row = (start: number): number => (data[start] ?? 0) * (256 - fu) + (data[start + 1] ?? 0) * fu;
  return row(at) * (256 - fv) + row(at + width) * fv;
}
