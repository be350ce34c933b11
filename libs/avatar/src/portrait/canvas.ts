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
