import type { Planes } from './matte.js';

/** The picture being drawn. */
export interface Canvas {
  /** Corner in the frame: a portrait is drawn whole. */
  readonly x: 0;
  readonly y: 0;
  readonly width: number;
  readonly height: number;
  readonly chromaWidth: number;
  readonly chromaHeight: number;
  readonly planes: Planes;
}

/** Moves one code value towards another by `share`, 0–1. */
export function blendByte(plane: Uint8Array, i: number, value: number, share: number): void {
  const under = plane[i] ?? 0;
  const mixed = under + (value - under) * share;
  plane[i] = mixed <= 0 ? 0 : mixed >= 255 ? 255 : (mixed + 0.5) | 0;
}

/** Bilinear sample of an 8-bit plane, pixel centres at half-integers, borders repeat. */
export function sampleBytes(plane: Uint8Array, width: number, height: number, x: number, y: number): number {
  const px = Math.max(0, Math.min(width - 1, x - 0.5));
  const py = Math.max(0, Math.min(height - 1, y - 0.5));
  const x0 = px | 0;
  const y0 = py | 0;
  const x1 = Math.min(width - 1, x0 + 1);
  const y1 = Math.min(height - 1, y0 + 1);
  const fx = px - x0;
  const fy = py - y0;
  const top = (plane[y0 * width + x0] ?? 0) * (1 - fx) + (plane[y0 * width + x1] ?? 0) * fx;
  const bottom = (plane[y1 * width + x0] ?? 0) * (1 - fx) + (plane[y1 * width + x1] ?? 0) * fx;
  return top * (1 - fy) + bottom * fy;
}
