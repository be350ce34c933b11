import { FACE_TRIANGLES, FACE_VERTEX_COUNT } from '@guise/frame';
import { facingOf } from '../mesh/normals.js';
import { fitHead } from '../mesh/similarity.js';
import { createVertexKernel, smoothOverFace } from '../mesh/smoothing.js';
import { smoothstep, type FaceTopology } from '../mesh/topology.js';
import { pyramid, readLight, unrollFace } from './bake.js';
import { cropFace } from './crop.js';
import { calmGrain } from './grain.js';
import type { FloatPicture } from './picture.js';
import { rasterizeAttributes } from './raster.js';
import { texturePositions, type VertexColours } from './texture.js';
import type { FaceView } from './types.js';

/** A vertex that faces the camera less than the first is not seen, and from the second well, as cosines. */
const [HARDLY_SEEN, WELL_SEEN] = [0.15, 0.4];
/** Width of the neighbourhood over which the view's light is made the picture's. */
const LIGHT_SIGMA_CM = 1.2;
/** The view's luma is changed within these factors … */
const [MIN_GAIN, MAX_GAIN] = [0.5, 2];
/** … and what differs from the skin around by the first, or the second, of them is hair, an ear or the room behind. */
const [LEAST_ALIKE, ALIKE] = [0.55, 0.8];

/** One side of a face, unrolled in the light of the avatar's picture. */
export interface SideTexture {
  readonly texture: FloatPicture;
  /** How much each vertex is to be trusted: seen well, and skin. */
  readonly trust: Float32Array;
  /** How much each vertex faces the view's camera. */
  readonly facing: Float32Array;
}

/**
 * Unrolls a view of a turned head.
 * @param target colours of the avatar's own texture at the vertices, which the view takes on
 * @param side of the texture in texels
 */
export function unrollSide(
  view: FaceView,
  target: VertexColours,
  topology: FaceTopology,
  normals: Float32Array,
  side: number,
): SideTexture {
  const { picture, xs, ys } = cropFace(view.picture, view.landmarks, side);
  const facing = new Float32Array(FACE_VERTEX_COUNT);
  const fit = fitHead(view.landmarks);
  if (fit !== null) facingOf(normals, fit, facing);
  const texture = unrollFace({ picture, xs, ys, facing }, topology.mirror, side);
  const light = readLight(pyramid(texture));
  const seen = facing.map((value) => smoothstep((value - HARDLY_SEEN) / (WELL_SEEN - HARDLY_SEEN)));
  const trust = trustSkin(seen, light, target, topology);
  takeLight(texture, light, target, trust);
  calmGrain(texture, topology);
  return { texture, trust, facing };
}

/** Lowers what is seen where it is much darker or brighter than the face's skin should be there. */
function trustSkin(
  seen: Float32Array,
  light: VertexColours,
  target: VertexColours,
  { skin }: FaceTopology,
): Float32Array {
  const ratio = light.y.map((y, i) => Math.max(1, y - 16) / Math.max(1, (target.y[i] ?? 16) - 16));
  let sum = 0;
  let norm = 1e-6;
  ratio.forEach((value, i) => {
    sum += (seen[i] ?? 0) * (skin[i] ?? 0) * Math.log(value);
    norm += (seen[i] ?? 0) * (skin[i] ?? 0);
  });
  const usual = Math.exp(sum / norm);
  const trust = seen.map((value, i) => {
    const off = Math.exp(-Math.abs(Math.log((ratio[i] ?? 1) / usual)));
    return value * smoothstep((off - LEAST_ALIKE) / (ALIKE - LEAST_ALIKE));
  });
  const out = new Float32Array(FACE_VERTEX_COUNT);
  smoothOverFace(createVertexKernel(0.5), trust, new Float32Array(trust.length).fill(1), 0, out);
  return out;
}

/** Makes the low frequencies those of the avatar's own texture; what is finer stays the view's. */
function takeLight(
  texture: FloatPicture,
  light: VertexColours,
  target: VertexColours,
  trust: Float32Array,
): void {
  const kernel = createVertexKernel(LIGHT_SIGMA_CM);
  const smooth = (values: Float32Array): Float32Array => {
    const out = new Float32Array(FACE_VERTEX_COUNT);
    smoothOverFace(kernel, values, trust, 0.05, out);
    return out;
  };
  const gain = smooth(
    light.y.map((y, i) => clamp(((target.y[i] ?? 16) - 16) / Math.max(4, y - 16), MIN_GAIN, MAX_GAIN)),
  );
  const shift = (key: 'u' | 'v'): Float32Array =>
    smooth(light[key].map((c, i) => (target[key][i] ?? 128) - 128 - (c - 128) * (gain[i] ?? 1)));
  const area = texture.y.length;
  const [k, du, dv] = [new Float32Array(area).fill(1), new Float32Array(area), new Float32Array(area)];
  const { us, vs } = texturePositions(texture.width);
  rasterizeAttributes(texture, FACE_TRIANGLES, us, vs, [
    { vertex: gain, out: k },
    { vertex: shift('u'), out: du },
    { vertex: shift('v'), out: dv },
  ]);
  for (let i = 0; i < area; i++) {
    texture.y[i] = 16 + ((texture.y[i] ?? 16) - 16) * (k[i] ?? 1);
    texture.u[i] = 128 + ((texture.u[i] ?? 128) - 128) * (k[i] ?? 1) + (du[i] ?? 0);
    texture.v[i] = 128 + ((texture.v[i] ?? 128) - 128) * (k[i] ?? 1) + (dv[i] ?? 0);
  }
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}
