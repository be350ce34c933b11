import type { Box } from '@guise/frame';

/**
 * A marked pixel differs from the camera's by up to this: the watermark moves luma by at most ±7 code values, and one
 * more is rounding.
 */
const MARK_AMPLITUDE = 8;
/** Points along each side of the grid on which two pictures are compared. */
const GRID = 48;
/** The high pass takes away the mean of this part of the area's width around a point, two pixels at least. */
const BLUR_PART = 1 / 32;
const MIN_BLUR = 2;

/** One part of a picture's luma, where it lies. */
export interface Patch {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The whole picture's luma, row by row, `stride` samples each. */
  readonly luma: Uint8Array;
  readonly stride: number;
}

/** A picture's luma, as much of a frame as its patches need. */
export interface LumaPlane {
  readonly width: number;
  readonly height: number;
  /** `width · height` samples, and perhaps more. */
  readonly data: Uint8Array;
}

/** The part of the picture inside `box`, not copied; empty when the box lies outside. */
export function patchOf({ data, width, height }: LumaPlane, box: Box): Patch {
  const x = clamp(Math.round(box.x), width);
  const y = clamp(Math.round(box.y), height);
  const w = clamp(Math.round(box.x + box.width), width) - x;
  const h = clamp(Math.round(box.y + box.height), height) - y;
  return { x, y, width: w, height: h, luma: data, stride: width };
}

/** Share of the points at which the picture holds the patch's luma within the mark's amplitude, 0–1. */
export function sharedPart(patch: Patch, picture: LumaPlane): number {
  const [columns, rows] = gridOf(patch);
  if (columns * rows === 0) return 0;
  let same = 0;
  // Plain loops: every frame is looked at three times.
  for (let j = 0; j < rows; j++) {
    const y = gridPoint(j, rows, patch.height);
    const here = (patch.y + y) * patch.stride + patch.x;
    const there = (patch.y + y) * picture.width + patch.x;
    for (let i = 0; i < columns; i++) {
      const x = gridPoint(i, columns, patch.width);
      const difference = (picture.data[there + x] ?? 0) - (patch.luma[here + x] ?? 0);
      if (Math.abs(difference) <= MARK_AMPLITUDE) same += 1;
    }
  }
  return same / (columns * rows);
}

/**
 * Normalised cross-correlation, −1 … 1, of the fine detail (luma less its local mean) of patch and picture: light and
 * colour take no part in it, pores, lashes and sensor noise do. 0 where one of them has no detail at all.
 */
export function detailCorrelation(patch: Patch, picture: LumaPlane): number {
  const there = patchOf(picture, patch);
  if (there.width !== patch.width || there.height !== patch.height) return 0;
  const [a, b] = [detailOf(patch), detailOf(there)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [u, v] = [a[i] ?? 0, b[i] ?? 0];
    ab += u * v;
    aa += u * u;
    bb += v * v;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

/** Columns and rows of the grid on which a patch is compared. */
const gridOf = ({ width, height }: Patch): readonly [columns: number, rows: number] => [
  Math.min(GRID, width),
  Math.min(GRID, height),
];

/** Where the points of the grid lie: in the middles of equal parts. */
const gridPoint = (index: number, points: number, length: number): number =>
  Math.floor(((index + 0.5) * length) / points);

/** Luma less its local mean at every point of the grid, without the constant part. */
function detailOf(patch: Patch): Float64Array {
  const radius = Math.max(MIN_BLUR, Math.round(patch.width * BLUR_PART));
  const mean = localMean(patch, radius);
  const [columns, rows] = gridOf(patch);
  const detail = Float64Array.from({ length: columns * rows }, (_, k) => {
    const x = gridPoint(k % columns, columns, patch.width);
    const y = gridPoint(Math.floor(k / columns), rows, patch.height);
    return lumaAt(patch, x, y) - mean(x, y);
  });
  const constant = detail.reduce((sum, value) => sum + value, 0) / Math.max(1, detail.length);
  return detail.map((value) => value - constant);
}

/** Means of squares of 2 × radius + 1 pixels, cut at the patch's edge, by a table of sums. */
function localMean(patch: Patch, radius: number): (x: number, y: number) => number {
  const { width, height } = patch;
  const stride = width + 1;
  const sums = new Float64Array(stride * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += lumaAt(patch, x, y);
      sums[(y + 1) * stride + x + 1] = (sums[y * stride + x + 1] ?? 0) + row;
    }
  }
  const at = (x: number, y: number) => sums[y * stride + x] ?? 0;
  return (x, y) => {
    const [left, right] = [Math.max(0, x - radius), Math.min(width, x + radius + 1)];
    const [top, bottom] = [Math.max(0, y - radius), Math.min(height, y + radius + 1)];
    const sum = at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top);
    return sum / ((right - left) * (bottom - top));
  };
}

const lumaAt = (patch: Patch, x: number, y: number): number =>
  patch.luma[(patch.y + y) * patch.stride + patch.x + x] ?? 0;

function clamp(value: number, limit: number): number {
  return Math.max(0, Math.min(limit, value));
}
