import { FACE_TRIANGLES } from '@guise/frame';
import { smoothstep } from '../mesh/topology.js';
import { sampleBilinear, type FloatPicture } from './picture.js';
import { rasterizeAttributes } from './raster.js';
import { texturePositions, type VertexColours } from './texture.js';
import type { SideView } from './turned-side.js';

/** Luma over that of the plain skin there: darker is a strand of hair, from the second on it is skin. */
const [HAIR, SKIN] = [0.62, 0.85];

/**
 * Unrolls plain skin, and over it what the views show well.
 * @param skin Y − 16, U − 128 and V − 128 at each vertex
 * @param low view of the left half of the texture, `high` of the right one
 * @param side of the texture in texels
 */
export function composeSides(
  skin: VertexColours,
  low: SideView | null,
  high: SideView | null,
  side: number,
): FloatPicture {
  const texture = {
    width: side,
    height: side,
    y: unrollSkin(skin.y, 16, side),
    u: unrollSkin(skin.u, 128, side),
    v: unrollSkin(skin.v, 128, side),
  };
  if (low !== null) paintSide(texture, low, 0);
  if (high !== null) paintSide(texture, high, side / 2);
  return texture;
}

/** What is off the face takes the mean, or coarse levels would fade at the outline. */
function unrollSkin(values: Float32Array, zero: number, side: number): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const out = new Float32Array(side * side).fill(zero + mean);
  const { us, vs } = texturePositions(side);
  const vertex = values.map((value) => zero + value);
  rasterizeAttributes({ width: side, height: side }, FACE_TRIANGLES, us, vs, [{ vertex, out }]);
  return out;
}

/** Mixes a view into one half of the texture, in its changed light, as far as it is trusted. */
function paintSide(texture: FloatPicture, view: SideView, from: number): void {
  const { width: side } = texture;
  const { us, vs } = texturePositions(side);
  const half = side / 2;
  const at = (vertex: Float32Array): { vertex: Float32Array; out: Float32Array } => ({
    vertex,
    out: new Float32Array(half * side),
  });
  const [x, y, trust] = [at(view.xs), at(view.ys), at(view.trust)];
  const [gain, shiftU, shiftV] = [at(view.gain), at(view.shiftU), at(view.shiftV)];
  const left = us.map((u) => u - from);
  const grid = { width: half, height: side };
  rasterizeAttributes(grid, FACE_TRIANGLES, left, vs, [x, y, trust, gain, shiftU, shiftV]);
  const { width, height, y: luma, u, v } = view.picture;
  for (let i = 0; i < half * side; i++) {
    const seen = trust.out[i] ?? 0;
    if (seen <= 0) continue;
    const sample = (plane: Float32Array, zero: number): number =>
      (sampleBilinear(plane, width, height, x.out[i] ?? 0, y.out[i] ?? 0) - zero) * (gain.out[i] ?? 1);
    const t = Math.floor(i / half) * side + (i % half) + from;
    const lit = sample(luma, 16);
    const share = seen * smoothstep((lit / Math.max(1, (texture.y[t] ?? 16) - 16) - HAIR) / (SKIN - HAIR));
    if (share <= 0) continue;
    const mix = (to: Float32Array, value: number): void => {
      to[t] = (to[t] ?? 0) * (1 - share) + value * share;
    };
    mix(texture.y, 16 + lit);
    mix(texture.u, 128 + sample(u, 128) + (shiftU.out[i] ?? 0));
    mix(texture.v, 128 + sample(v, 128) + (shiftV.out[i] ?? 0));
  }
}
