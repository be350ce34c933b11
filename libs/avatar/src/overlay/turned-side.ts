import { FACE_VERTEX_COUNT } from '@guise/frame';
import { facingOf } from '../mesh/normals.js';
import { fitHead } from '../mesh/similarity.js';
import { createVertexKernel, smoothOverFace } from '../mesh/smoothing.js';
import { smoothstep, type FaceTopology } from '../mesh/topology.js';
import { cropFace } from './crop.js';
import { chromaPerLuma } from './hue.js';
import { halve, sampleBilinear, type FloatPicture } from './picture.js';
import type { VertexColours } from './texture.js';
import type { FaceView } from './types.js';

/** A vertex that faces the camera less than the first is not seen, and from the second well, as cosines. */
const [HARDLY_SEEN, WELL_SEEN] = [0.15, 0.4];
/** Light is read where one pixel is no less than this. */
const LIGHT_CM = 0.12;
/** Width of the neighbourhood over which the view's light is made the picture's. */
const LIGHT_SIGMA_CM = 1.2;
/** The view's luma is changed within these factors … */
const [MIN_GAIN, MAX_GAIN] = [0.5, 2];
/** … and what differs from the skin around by the first, or the second, of them is hair, an ear or the room behind. */
const [LEAST_ALIKE, ALIKE] = [0.55, 0.8];
/** Chroma per luma by which skin may differ from the face's mean; twice as far it is none. */
const HUE_ROOM = 0.045;
const TRUST_SIGMA_CM = 0.5;
/** Nearer to the outline the mesh may lie beside the face: light is not read there. */
const INSIDE_CM = 1.5;

/** One side of a face in a view of the turned head. Values are by vertex. */
export interface SideView {
  readonly picture: FloatPicture;
  /** Where each vertex is in the picture. */
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  /** How much each vertex faces the view's camera. */
  readonly facing: Float32Array;
  /** How much of it is to be taken: seen well, and skin. */
  readonly trust: Float32Array;
  /** Brings the view's colours to the avatar's own: Y − 16, U − 128 and V − 128 times `gain`, then the shifts. */
  readonly gain: Float32Array;
  readonly shiftU: Float32Array;
  readonly shiftV: Float32Array;
}

/**
 * Reads a view of a turned head.
 * @param target colours of the avatar's own texture at the vertices, which the view takes on
 * @param side of the texture in texels
 */
export function readSide(
  view: FaceView,
  target: VertexColours,
  topology: FaceTopology,
  normals: Float32Array,
  side: number,
): SideView {
  const { picture, xs, ys, zoom } = cropFace(view.picture, view.landmarks, side);
  const facing = new Float32Array(FACE_VERTEX_COUNT);
  const fit = fitHead(view.landmarks);
  if (fit !== null) facingOf(normals, fit, facing);
  const light = readLight(picture, xs, ys, LIGHT_CM * (fit?.scale ?? 1) * zoom);
  const seen = facing.map((value) => smoothstep((value - HARDLY_SEEN) / (WELL_SEEN - HARDLY_SEEN)));
  const trust = trustSkin(seen, light, target, topology);
  const inside = trust.map((value, i) => value * smoothstep((topology.toOutlineCm[i] ?? 0) / INSIDE_CM));
  return { picture, xs, ys, facing, trust, ...matchLight(light, target, inside) };
}

/** Low-frequency colours at the vertices. */
function readLight(
  picture: FloatPicture,
  xs: Float32Array,
  ys: Float32Array,
  leastPx: number,
): VertexColours {
  let level = picture;
  let step = 1;
  for (; step < leastPx; step *= 2) level = halve(level);
  const read = (plane: Float32Array): Float32Array =>
    Float32Array.from({ length: FACE_VERTEX_COUNT }, (_, i) =>
      sampleBilinear(plane, level.width, level.height, (xs[i] ?? 0) / step, (ys[i] ?? 0) / step),
    );
  return { y: read(level.y), u: read(level.u), v: read(level.v) };
}

/** Lowers what is seen where it is much darker or brighter than the face's skin should be there, or of another hue. */
function trustSkin(
  seen: Float32Array,
  light: VertexColours,
  target: VertexColours,
  { skin }: FaceTopology,
): Float32Array {
  const weights = seen.map((value, i) => value * (skin[i] ?? 0));
  const mean = (value: (i: number) => number): number => {
    let sum = 0;
    let norm = 1e-6;
    weights.forEach((weight, i) => {
      sum += weight * value(i);
      norm += weight;
    });
    return sum / norm;
  };
  const ratio = light.y.map((y, i) => Math.log(Math.max(1, y - 16) / Math.max(1, (target.y[i] ?? 16) - 16)));
  const hueU = light.u.map((u, i) => chromaPerLuma(u, light.y[i] ?? 16));
  const hueV = light.v.map((v, i) => chromaPerLuma(v, light.y[i] ?? 16));
  const usual = mean((i) => ratio[i] ?? 0);
  const [skinU, skinV] = [mean((i) => hueU[i] ?? 0), mean((i) => hueV[i] ?? 0)];
  const trust = seen.map((value, i) => {
    const alike = Math.exp(-Math.abs((ratio[i] ?? 0) - usual));
    const off = Math.hypot((hueU[i] ?? 0) - skinU, (hueV[i] ?? 0) - skinV);
    const isSkin = 1 - smoothstep((off - HUE_ROOM) / HUE_ROOM);
    return value * smoothstep((alike - LEAST_ALIKE) / (ALIKE - LEAST_ALIKE)) * isSkin;
  });
  const out = new Float32Array(FACE_VERTEX_COUNT);
  const even = new Float32Array(FACE_VERTEX_COUNT).fill(1);
  smoothOverFace(createVertexKernel(TRUST_SIGMA_CM), trust, even, 0, out);
  return out;
}

/** Makes the low frequencies those of the avatar's own texture; what is finer stays the view's. */
function matchLight(
  light: VertexColours,
  target: VertexColours,
  weights: Float32Array,
): Pick<SideView, 'gain' | 'shiftU' | 'shiftV'> {
  const kernel = createVertexKernel(LIGHT_SIGMA_CM);
  const smooth = (values: Float32Array): Float32Array => {
    const out = new Float32Array(FACE_VERTEX_COUNT);
    smoothOverFace(kernel, values, weights, 0.05, out);
    return out;
  };
  const gain = smooth(
    light.y.map((y, i) => clamp(((target.y[i] ?? 16) - 16) / Math.max(4, y - 16), MIN_GAIN, MAX_GAIN)),
  );
  const shift = (key: 'u' | 'v'): Float32Array =>
    smooth(light[key].map((c, i) => (target[key][i] ?? 128) - 128 - (c - 128) * (gain[i] ?? 1)));
  return { gain, shiftU: shift('u'), shiftV: shift('v') };
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}
