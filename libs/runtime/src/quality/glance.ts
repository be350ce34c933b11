import type { Box, I420Frame } from '@guise/frame';

/** Cells along each side of the part that is looked at, and points along each side of a cell: enough to still a camera's noise. */
const CELLS = 12;
const POINTS = 6;
/** The part is the face's box, grown by this share on every side: shoulders of it, and who leans into it. */
const MARGIN = 0.2;
/**
 * Code values of luma by which the mean of a cell may differ in a picture that stands still, and by which all of them may on
 * average.
 */
const CELL_STEP = 10;
const MEAN_STEP = 2;

/** A coarse memory of one part of a picture. */
export interface Glance {
  readonly part: Box;
  readonly width: number;
  readonly height: number;
  readonly cells: Float32Array;
}

export function lookAt(frame: I420Frame, face: Box): Glance {
  const part = {
    x: face.x - face.width * MARGIN,
    y: face.y - face.height * MARGIN,
    width: face.width * (1 + 2 * MARGIN),
    height: face.height * (1 + 2 * MARGIN),
  };
  return { part, width: frame.width, height: frame.height, cells: cellsOf(frame, part) };
}

/** Something moved there, or the light changed. A picture of another size has changed. */
export function hasChanged({ part, width, height, cells }: Glance, frame: I420Frame): boolean {
  if (frame.width !== width || frame.height !== height) return true;
  const now = cellsOf(frame, part);
  let sum = 0;
  for (let i = 0; i < now.length; i++) {
    const step = Math.abs((now[i] ?? 0) - (cells[i] ?? 0));
    if (!(step <= CELL_STEP)) return true;
    sum += step;
  }
  return sum > MEAN_STEP * now.length;
}

/** Mean luma of each cell; what lies outside the picture is its edge. */
function cellsOf({ data, width, height }: I420Frame, part: Box): Float32Array {
  const steps = CELLS * POINTS;
  const at = (i: number, from: number, length: number, limit: number): number =>
    Math.max(0, Math.min(limit - 1, Math.floor(from + ((i + 0.5) * length) / steps)));
  const columns = Int32Array.from({ length: steps }, (_, i) => at(i, part.x, part.width, width));
  const cells = new Float32Array(CELLS * CELLS);
  for (let j = 0; j < steps; j++) {
    const row = at(j, part.y, part.height, height) * width;
    const first = Math.floor(j / POINTS) * CELLS;
    for (let i = 0; i < steps; i++) {
      const cell = first + Math.floor(i / POINTS);
      cells[cell] = (cells[cell] ?? 0) + (data[row + (columns[i] ?? 0)] ?? 0) / (POINTS * POINTS);
    }
  }
  return cells;
}
