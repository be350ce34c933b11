import { FACE_VERTEX_COUNT } from '@guise/frame';

export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Extent of the face's 468 vertices. */
export function meshBounds(landmarks: Float32Array): Bounds {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
    const x = landmarks[i * 3] ?? 0;
    const y = landmarks[i * 3 + 1] ?? 0;
    if (x < box.left) box.left = x;
    if (x > box.right) box.right = x;
    if (y < box.top) box.top = y;
    if (y > box.bottom) box.bottom = y;
  }
  return box;
}
