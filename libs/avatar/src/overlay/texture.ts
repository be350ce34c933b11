import { CANONICAL_FACE_UV, FACE_VERTEX_COUNT } from '@guise/frame';

/** One colour per vertex. */
export interface VertexColours {
  readonly y: Float32Array;
  readonly u: Float32Array;
  readonly v: Float32Array;
}

/** Texel position of each vertex. */
export function texturePositions(side: number): { us: Float32Array; vs: Float32Array } {
  const us = new Float32Array(FACE_VERTEX_COUNT);
  const vs = new Float32Array(FACE_VERTEX_COUNT);
  for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
    us[i] = (CANONICAL_FACE_UV[i * 2] ?? 0) * side;
    vs[i] = (CANONICAL_FACE_UV[i * 2 + 1] ?? 0) * side;
  }
  return { us, vs };
}
