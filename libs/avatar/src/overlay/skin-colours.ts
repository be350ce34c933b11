import { FACE_VERTEX_COUNT, type I420Frame, type I420Planes } from '@guise/frame';
import { smoothstep } from '../mesh/topology.js';
import type { Layer } from './layer.js';
import type { VertexColours } from './texture.js';

/** Skin seen darker than this share of the face's mean is taken for hair, beard or shadow of a hand. */
const DARK_SHARE = 0.45;
const SKIN_CHROMA_SIGMA = 10;

/** Mean colour of a square patch around each vertex. */
export function readSkin(
  frame: I420Frame,
  planes: I420Planes,
  layer: Layer,
  landmarks: Float32Array,
  patchPx: number,
  out: VertexColours,
): void {
  const radius = Math.max(1, Math.round(patchPx / 2));
  const right = Math.min(frame.width, layer.x + layer.width) - 1;
  const bottom = Math.min(frame.height, layer.y + layer.height) - 1;
  const stride = Math.max(1, Math.floor(radius / 3));
  for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
    const cx = Math.floor(landmarks[i * 3] ?? 0);
    const cy = Math.floor(landmarks[i * 3 + 1] ?? 0);
    let sumY = 0;
    let sumU = 0;
    let sumV = 0;
    let count = 0;
    for (let dy = -radius; dy <= radius; dy += stride) {
      const y = clampTo(cy + dy, layer.y, bottom);
      for (let dx = -radius; dx <= radius; dx += stride) {
        const x = clampTo(cx + dx, layer.x, right);
        const c = (y >> 1) * planes.chromaWidth + (x >> 1);
        sumY += planes.y[y * frame.width + x] ?? 0;
        sumU += planes.u[c] ?? 0;
        sumV += planes.v[c] ?? 0;
        count += 1;
      }
    }
    out.y[i] = sumY / count;
    out.u[i] = sumU / count;
    out.v[i] = sumV / count;
  }
}

/** 1 for a colour like the face's mean, near 0 for much darker or differently coloured. */
export function plausibility(colour: VertexColours, mean: readonly number[], i: number): number {
  const [y = 0, u = 0, v = 0] = mean;
  const bright = ((colour.y[i] ?? 0) - 16) / Math.max(1, y - 16);
  const du = (colour.u[i] ?? 0) - u;
  const dv = (colour.v[i] ?? 0) - v;
  const near = 1 / (1 + ((du * du + dv * dv) / (SKIN_CHROMA_SIGMA * SKIN_CHROMA_SIGMA)) ** 2);
  return near * smoothstep((bright - DARK_SHARE * 0.7) / (DARK_SHARE * 0.6));
}

function clampTo(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}
