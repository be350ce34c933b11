import { i420Bytes } from '@guise/frame';
import { rasterizeAttributes } from '../overlay/raster.js';
import type { HeadMesh } from './head-mesh.js';
import type { StageLayers } from './matte.js';

/**
 * What is under the moving head, as I420 bytes: the background with the person painted out within the mesh's rim, the
 * picture as it is outside, where nothing moves.
 */
export function drawBase(layers: StageLayers, mesh: HeadMesh): Uint8Array {
  const { width, height, whole, background } = layers;
  const data = new Uint8Array(i420Bytes(width, height));
  const luma = width * height;
  const inside = insideRim(mesh, width, height);
  for (let i = 0; i < luma; i++) data[i] = (inside[i] === 1 ? background.y[i] : whole.y[i]) ?? 0;
  const w = width >> 1;
  const chroma = luma >> 2;
  for (let i = 0; i < chroma; i++) {
    const y = 2 * Math.floor(i / w);
    const from = inside[y * width + 2 * (i % w)] === 1 ? background : whole;
    data[luma + i] = from.u[i] ?? 0;
    data[luma + chroma + i] = from.v[i] ?? 0;
  }
  return data;
}

function insideRim({ xs, ys, rim }: HeadMesh, width: number, height: number): Float32Array {
  const out = new Float32Array(width * height);
  const fan = rim.flatMap((vertex, k) => [MIDDLE, vertex, rim[(k + 1) % rim.length] ?? 0]);
  const one = new Float32Array(xs.length).fill(1);
  rasterizeAttributes({ width, height }, Uint16Array.from(fan), xs, ys, [{ vertex: one, out }]);
  return out;
}

/** Base of the nose: well within the rim, whatever the face. */
const MIDDLE = 2;
