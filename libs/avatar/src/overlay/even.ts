import { FACE_TRIANGLES, FACE_VERTEX_COUNT } from '@guise/frame';
import { createVertexKernel, smoothOverFace } from '../mesh/smoothing.js';
import { smoothstep, type FaceTopology } from '../mesh/topology.js';
import { sampleBilinear, type FloatPicture } from './picture.js';
import { rasterizeAttributes } from './raster.js';
import { texturePositions, type VertexColours } from './texture.js';

/** Local brightness relative to the surrounding skin is left alone within this band, which is narrow near the outline. */
const LOW = 0.86;
const LOW_RIM = 0.97;
const HIGH = 1.1;
/** Share of a glare, and of a shadow, that stays beyond the band: in the middle of the face and near its outline. */
const KEPT_GLARE = 0.6;
const KEPT_SHADOW = 0.6;
const KEPT_SHADOW_RIM = 0.08;
const MAX_LIFT = 3;
/** Lips darker than this share of the skin lie in shadow, which would look like a moustache; so much of it stays. */
const LOW_LIPS = 0.62;
const KEPT_SHADOW_LIPS = 0.3;

/**
 * Evens out shadows and glare that the avatar's picture has on plain skin: they belong to the light in which it was
 * made and would look like stains in the wearer's. Features keep their tones. Changes the texture in place.
 * @param blurred a lower level of the same texture, in which a texel is about half a centimetre: moles stay, shadows show
 */
export function evenLight(
  texture: FloatPicture,
  blurred: FloatPicture,
  colours: VertexColours,
  topology: FaceTopology,
): void {
  const side = texture.width;
  const { us, vs } = texturePositions(side);
  const draw = (vertex: Float32Array): Float32Array => {
    const out = new Float32Array(side * side).fill(-1);
    rasterizeAttributes({ width: side, height: side }, FACE_TRIANGLES, us, vs, [{ vertex, out }]);
    return out;
  };
  const skin = plainSkin(colours, topology);
  const [py, pu, pv] = [draw(skin.y), draw(skin.u), draw(skin.v)];
  const free = draw(topology.toFeatureCm.map((cm) => smoothstep((cm - 0.1) / 0.45)));
  const kept = draw(
    topology.toOutlineCm.map(
      (cm) => KEPT_SHADOW_RIM + (KEPT_SHADOW - KEPT_SHADOW_RIM) * smoothstep((cm - 2) / 3),
    ),
  );
  const low = draw(topology.toOutlineCm.map((cm) => LOW_RIM + (LOW - LOW_RIM) * smoothstep((cm - 1.8) / 2)));
  const lips = draw(topology.lips);
  const scale = blurred.width / side;
  for (let i = 0; i < free.length; i++) {
    const f = free[i] ?? 0;
    const onLips = lips[i] ?? 0;
    const wide = py[i] ?? 0;
    if ((f <= 0 && onLips <= 0) || wide <= 1) continue;
    const x = ((i % side) + 0.5) * scale;
    const y = (Math.floor(i / side) + 0.5) * scale;
    const near = sampleBilinear(blurred.y, blurred.width, blurred.height, x, y) - 16;
    const k = 1 + (lift(near / wide, low[i] ?? LOW, kept[i] ?? 0) - 1) * f;
    brighten(texture, i, 1 + (lift(Math.min(1, near / wide), LOW_LIPS, KEPT_SHADOW_LIPS) - 1) * onLips);
    // A deep shadow holds no skin detail, only noise: the more it is lifted, the more plain skin takes its place.
    const share = smoothstep((k - 1.05) / 0.7);
    const mix = (own: number, plain: number): number =>
      own * k * (1 - share) + plain * (low[i] ?? LOW) * share;
    texture.y[i] = 16 + mix((texture.y[i] ?? 0) - 16, wide);
    texture.u[i] = 128 + mix((texture.u[i] ?? 0) - 128, pu[i] ?? 0);
    texture.v[i] = 128 + mix((texture.v[i] ?? 0) - 128, pv[i] ?? 0);
  }
}

function brighten(texture: FloatPicture, i: number, k: number): void {
  texture.y[i] = 16 + ((texture.y[i] ?? 0) - 16) * k;
  texture.u[i] = 128 + ((texture.u[i] ?? 0) - 128) * k;
  texture.v[i] = 128 + ((texture.v[i] ?? 0) - 128) * k;
}

/** Factor that brings local brightness, relative to the skin around it, towards the band. */
function lift(ratio: number, low: number, keptShadow: number): number {
  const from = ratio > 0.05 ? ratio : 0.05;
  if (from < low) return Math.min(MAX_LIFT, (low - (low - from) * keptShadow) / from);
  return from > HIGH ? (HIGH + (from - HIGH) * KEPT_GLARE) / from : 1;
}

/** Colour of the plain skin around each vertex: Y − 16, U − 128, V − 128. */
export function plainSkin(colours: VertexColours, topology: FaceTopology): VertexColours {
  const perVertex = (value: (i: number) => number): Float32Array =>
    Float32Array.from({ length: FACE_VERTEX_COUNT }, (_, i) => value(i));
  const above = perVertex((i) => (colours.y[i] ?? 0) - 16);
  const mean = weightedMean(above, topology.skin);
  const [meanU, meanV] = [weightedMean(colours.u, topology.skin), weightedMean(colours.v, topology.skin)];
  const plain = perVertex((i) => {
    const off = Math.hypot((colours.u[i] ?? 0) - meanU, (colours.v[i] ?? 0) - meanV);
    const inner = smoothstep(((topology.toOutlineCm[i] ?? 0) - 0.5) / 2);
    const alike = smoothstep(((above[i] ?? 0) / mean - 0.65) / 0.3) * (1 - smoothstep((off - 5) / 10));
    return (topology.skin[i] ?? 0) * inner * alike;
  });
  const kernel = createVertexKernel(2.6);
  const smooth = (values: Float32Array): Float32Array => {
    const out = new Float32Array(FACE_VERTEX_COUNT);
    smoothOverFace(kernel, values, plain, 0.3, out);
    return out;
  };
  return {
    y: smooth(above),
    u: smooth(perVertex((i) => (colours.u[i] ?? 0) - 128)),
    v: smooth(perVertex((i) => (colours.v[i] ?? 0) - 128)),
  };
}

function weightedMean(values: Float32Array, weights: Float32Array): number {
  let sum = 0;
  let norm = 1e-6;
  for (let i = 0; i < values.length; i++) {
    sum += (weights[i] ?? 0) * (values[i] ?? 0);
    norm += weights[i] ?? 0;
  }
  return Math.max(1, sum / norm);
}
