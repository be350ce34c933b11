import { chromaOf, lumaOf, planesOf, toByte, type I420Frame } from '@guise/frame';
import type { Affine } from '../patch/affine.js';

/** What a network made of a crop: planar RGB, values 0–1, side × side × 3. */
export interface RgbPatch {
  readonly side: number;
  readonly data: Float32Array;
}

/** Part of the patch, from each border inwards, over which it fades into the frame. */
const FADE = 0.12;

/** Writes a patch back to where `map` (patch → frame) cut it out, fading at its borders. Nothing outside it changes. */
export function pastePatch(frame: I420Frame, patch: RgbPatch, map: Affine): void {
  const { y, u, v, chromaWidth } = planesOf(frame);
  const sample = createSampler(patch, map);
  const [left, top, right, bottom] = extentOf(patch.side, map, frame);
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++) {
      const found = sample(column + 0.5, row + 0.5);
      if (found.weight === 0) continue;
      const i = row * frame.width + column;
      y[i] = mix(y[i] ?? 0, lumaOf(found.r, found.g, found.b), found.weight);
    }
  for (let row = top >> 1; row < (bottom + 1) >> 1; row++)
    for (let column = left >> 1; column < (right + 1) >> 1; column++) {
      const found = sample(2 * column + 1, 2 * row + 1);
      if (found.weight === 0) continue;
      const i = row * chromaWidth + column;
      const [cb, cr] = chromaOf(found.r, found.g, found.b);
      u[i] = mix(u[i] ?? 0, cb, found.weight);
      v[i] = mix(v[i] ?? 0, cr, found.weight);
    }
}

/** Full-range 8-bit colour, and how much of it counts. */
interface Found {
  r: number;
  g: number;
  b: number;
  weight: number;
}

/** Bilinear; the result is reused by the next call. */
function createSampler({ side, data }: RgbPatch, map: Affine): (x: number, y: number) => Found {
  const { a, b, c, d, e, f } = map;
  const determinant = a * e - b * d;
  const found: Found = { r: 0, g: 0, b: 0, weight: 0 };
  const pixels = side * side;
  return (x, y) => {
    const px = (e * (x - c) - b * (y - f)) / determinant;
    const py = (a * (y - f) - d * (x - c)) / determinant;
    const inwards = Math.min(px, py, side - px, side - py) / (side * FADE);
    found.weight = Math.max(0, Math.min(1, inwards));
    if (!(found.weight > 0)) {
      found.weight = 0;
      return found;
    }
    const x0 = Math.max(0, Math.min(side - 2, Math.floor(px - 0.5)));
    const y0 = Math.max(0, Math.min(side - 2, Math.floor(py - 0.5)));
    const fx = Math.max(0, Math.min(1, px - 0.5 - x0));
    const fy = Math.max(0, Math.min(1, py - 0.5 - y0));
    const k = y0 * side + x0;
    const at = (plane: number): number => {
      const o = plane * pixels + k;
      const above = (data[o] ?? 0) * (1 - fx) + (data[o + 1] ?? 0) * fx;
      const below = (data[o + side] ?? 0) * (1 - fx) + (data[o + side + 1] ?? 0) * fx;
      return 255 * Math.max(0, Math.min(1, above * (1 - fy) + below * fy));
    };
    [found.r, found.g, found.b] = [at(0), at(1), at(2)];
    return found;
  };
}

/** Pixels of the frame that the patch may touch. */
function extentOf(side: number, map: Affine, { width, height }: I420Frame): [number, number, number, number] {
  const corners = [
    [0, 0],
    [side, 0],
    [0, side],
    [side, side],
  ] as const;
  const xs = corners.map(([x, y]) => map.a * x + map.b * y + map.c);
  const ys = corners.map(([x, y]) => map.d * x + map.e * y + map.f);
  const within = (value: number, limit: number): number => Math.max(0, Math.min(limit, value));
  return [
    within(Math.floor(Math.min(...xs)), width),
    within(Math.floor(Math.min(...ys)), height),
    within(Math.ceil(Math.max(...xs)), width),
    within(Math.ceil(Math.max(...ys)), height),
  ];
}

function mix(before: number, after: number, weight: number): number {
  return toByte(before + (after - before) * weight);
}
