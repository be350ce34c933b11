import type { LumaFrame, Size } from './types.js';

/** A rectangle of the picture as it was marked, in 256ths of its width and height: free of resolution and geometry. */
export interface PictureRegion {
  readonly x: number;
  readonly y: number;
  /** 1 – 255 */
  readonly width: number;
  readonly height: number;
}

/** Steps in which a region is recorded, along each side of the picture. */
export const REGION_STEPS = 256;
export const REGION_BYTES = 4;
/** A face smaller than this part of the picture's longer side has too few pixels for a hash of its own. */
const MIN_FACE_SHARE = 0.075;

/**
 * The region of a face as a fingerprint records it: the box in pixels of the picture, clipped to it and rounded outwards.
 * Null when too little of it is in the picture.
 */
export function faceRegion(
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  { width, height }: Size,
): PictureRegion | null {
  const [x, right] = steps(box.x, box.width, width);
  const [y, bottom] = steps(box.y, box.height, height);
  const shorter = Math.min(((right - x) * width) / REGION_STEPS, ((bottom - y) * height) / REGION_STEPS);
  if (!(shorter >= MIN_FACE_SHARE * Math.max(width, height))) return null;
  return {
    x,
    y,
    width: Math.min(REGION_STEPS - 1, right - x),
    height: Math.min(REGION_STEPS - 1, bottom - y),
  };
}

function steps(start: number, length: number, side: number): [number, number] {
  const clip = (step: number) => Math.max(0, Math.min(REGION_STEPS, step));
  return [
    clip(Math.floor((start * REGION_STEPS) / side)),
    clip(Math.ceil(((start + length) * REGION_STEPS) / side)),
  ];
}

/** Whether the four bytes of a fingerprint name a region inside the picture. */
export function isRegion({ x, y, width, height }: PictureRegion): boolean {
  const within = (start: number, length: number) =>
    length >= 1 && start >= 0 && start + length <= REGION_STEPS;
  return [x, y, width, height].every(Number.isInteger) && within(x, width) && within(y, height);
}

/** Area means of a region on a square of side × side samples. */
export function sampleRegion(
  { luma, width, height, stride }: LumaFrame,
  region: PictureRegion,
  side: number,
): Float64Array {
  const columns = planCells(region.x, region.width, width, side);
  const rows = planCells(region.y, region.height, height, side);
  const out = new Float64Array(side * side);
  const line = new Float64Array(columns.end - columns.start);
  for (let y = 0; y < side; y++) {
    line.fill(0);
    const [first, last] = [rows.first[y] ?? 0, rows.first[y + 1] ?? 0];
    for (let entry = first; entry < last; entry++) {
      const weight = rows.weights[entry] ?? 0;
      const start = (rows.samples[entry] ?? 0) * stride + columns.start;
      for (let x = 0; x < line.length; x++) line[x] = (line[x] ?? 0) + weight * (luma[start + x] ?? 0);
    }
    for (let x = 0; x < side; x++) {
      let sum = 0;
      for (let entry = columns.first[x] ?? 0; entry < (columns.first[x + 1] ?? 0); entry++)
        sum += (columns.weights[entry] ?? 0) * (line[(columns.samples[entry] ?? 0) - columns.start] ?? 0);
      out[y * side + x] = sum;
    }
  }
  return out;
}

/** Which samples make each cell's mean, cell after cell: cell i has the entries first[i] … first[i + 1] − 1. */
interface CellPlan {
  readonly first: readonly number[];
  readonly samples: readonly number[];
  readonly weights: readonly number[];
  /** Samples outside start … end − 1 are in no cell. */
  readonly start: number;
  readonly end: number;
}

/** Cells of equal, fractional width; a sample counts by the part of it that lies in the cell. */
function planCells(from: number, length: number, count: number, cells: number): CellPlan {
  const first: number[] = [0];
  const samples: number[] = [];
  const weights: number[] = [];
  const edge = (cell: number) => ((from + (length * cell) / cells) * count) / REGION_STEPS;
  for (let cell = 0; cell < cells; cell++) {
    const [low, high] = [edge(cell), edge(cell + 1)];
    for (let sample = Math.floor(low); sample < high && sample < count; sample++) {
      samples.push(sample);
      weights.push((Math.min(high, sample + 1) - Math.max(low, sample)) / (high - low));
    }
    first.push(samples.length);
  }
  return { first, samples, weights, start: samples[0] ?? 0, end: (samples.at(-1) ?? 0) + 1 };
}
