import type { Point } from '../patch/affine.js';
import type { FacePlane, UprightFace } from './upright-face.js';

/** Cheeks beside the nose, the subject's right one first: bare skin on every face. */
export const CHEEKS = [
  [117, 118, 101, 36, 205, 50, 123],
  [346, 347, 330, 266, 425, 280, 352],
] as const;

/** Indices of the pixels whose middle lies within the outline through these vertices. */
export function pixelsWithin(face: UprightFace, outline: readonly number[]): number[] {
  const points = outline.map((index) => face.vertex(index));
  const { width, height } = face.luma;
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const from = (values: readonly number[]): number => Math.max(0, Math.floor(Math.min(...values)));
  const to = (values: readonly number[], size: number): number =>
    Math.min(size - 1, Math.ceil(Math.max(...values)));
  const found: number[] = [];
  for (let y = from(ys); y <= to(ys, height); y++)
    for (let x = from(xs); x <= to(xs, width); x++)
      if (isWithin([x + 0.5, y + 0.5], points)) found.push(y * width + x);
  return found;
}

/** Median light of both cheeks, code values above black. */
export function skinLight(face: UprightFace): number {
  return CHEEKS.reduce((sum, cheek) => sum + medianWithin(face, face.luma, cheek), 0) / CHEEKS.length;
}

/** Median of a plane within an outline; 0 where it covers no pixel. */
export function medianWithin(face: UprightFace, plane: FacePlane, outline: readonly number[]): number {
  return medianOf(plane, pixelsWithin(face, outline));
}

export function medianOf({ data }: FacePlane, pixels: readonly number[]): number {
  const values = Float32Array.from(pixels, (pixel) => data[pixel] ?? 0).sort();
  return values[values.length >> 1] ?? 0;
}

/** Even-odd rule. */
function isWithin([x, y]: Point, outline: readonly Point[]): boolean {
  let within = false;
  let before = outline.at(-1) ?? [0, 0];
  for (const next of outline) {
    const [ax, ay] = next;
    const [bx, by] = before;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
    before = next;
  }
  return within;
}
