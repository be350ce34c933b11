import { FACE_TRIANGLES } from '@guise/frame';
import { smoothstep, type FaceTopology } from '../mesh/topology.js';
import { boxBlur } from './mask.js';
import type { FloatPicture } from './picture.js';
import { rasterizeAttributes } from './raster.js';
import { texturePositions } from './texture.js';

/** Over the texture's side: what is narrower is grain. */
const GRAIN_SHARE = 1 / 64;
/** Grain of plain skin stays below this share of its luma: pores and freckles do, cracks of varnish and strands of hair do not. */
const ROOM_ON_SKIN = 0.1;
const ROOM_AT_OUTLINE = 0.03;
const OUTLINE_CM = 2.2;

/** Bounds the grain of plain skin, softly. Changes the texture in place. */
export function calmGrain(texture: FloatPicture, topology: FaceTopology): void {
  const { width: side } = texture;
  const { us, vs } = texturePositions(side);
  const draw = (vertex: Float32Array): Float32Array => {
    const out = new Float32Array(side * side);
    rasterizeAttributes(texture, FACE_TRIANGLES, us, vs, [{ vertex, out }]);
    return out;
  };
  const free = draw(topology.toFeatureCm.map((cm) => smoothstep((cm - 0.6) / 0.6)));
  const inner = draw(topology.toOutlineCm.map((cm) => smoothstep(cm / OUTLINE_CM)));
  for (const [plane, zero] of [
    [texture.y, 16],
    [texture.u, 128],
    [texture.v, 128],
  ] as const) {
    const broad = plane.slice();
    const scratch = new Float32Array(plane.length);
    for (let pass = 0; pass < 2; pass++)
      boxBlur(broad, scratch, side, side, Math.max(1, Math.round((side * GRAIN_SHARE) / 2)));
    for (let i = 0; i < plane.length; i++) {
      const f = free[i] ?? 0;
      if (f <= 0) continue;
      const level = zero === 16 ? Math.max(20, (broad[i] ?? 0) - 16) : 60;
      const room = level * (ROOM_AT_OUTLINE + (ROOM_ON_SKIN - ROOM_AT_OUTLINE) * (inner[i] ?? 0));
      const off = (plane[i] ?? 0) - (broad[i] ?? 0);
      plane[i] = (plane[i] ?? 0) * (1 - f) + ((broad[i] ?? 0) + (off * room) / (room + Math.abs(off))) * f;
    }
  }
}
