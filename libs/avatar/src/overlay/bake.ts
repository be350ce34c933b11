import { FACE_TRIANGLES, FACE_VERTEX_COUNT, LIPS_INNER, LIPS_OUTER, MOUTH_TRIANGLES } from '@guise/frame';
import { smoothOverFace, createVertexKernel } from '../mesh/smoothing.js';
import { smoothstep, type FaceTopology } from '../mesh/topology.js';
import { measureAperture } from '../mesh/aperture.js';
import { evenLight } from './even.js';
import { calmGrain } from './grain.js';
import { tameChroma } from './hue.js';
import { halve, sampleBilinear, type FloatPicture } from './picture.js';
import { rasterizeAttributes } from './raster.js';
import { balanceHalves } from './symmetry.js';
import { texturePositions, type VertexColours } from './texture.js';

/** Smallest side of the texture pyramid. */
const MIN_SIDE = 32;
/** The level on which one texel is about a quarter of a centimetre: light is read there. */
const LIGHT_SIDE = 64;
/** Lips further apart than this share of the mouth's width have teeth or a cavity between them. */
const PARTED_LIPS = 0.035;
const LIP_LINE_SHADE = 0.4;

/** The avatar's face unrolled into the canonical texture space, as a pyramid, with its low-frequency colours. */
export interface BakedFace {
  /** Square levels, each half the side of the one before. */
  readonly levels: readonly [FloatPicture, ...FloatPicture[]];
  /** Low-frequency colour at each vertex. */
  readonly light: VertexColours;
  /** The same before shadows were evened out. */
  readonly original: VertexColours;
}

/** The picture, where each vertex lies in it (pixels), and how much each vertex faces the camera. */
export interface BakeSource {
  readonly picture: FloatPicture;
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  readonly facing: Float32Array;
}

/**
 * Unrolls the face. What the picture hides, because the head is turned, is taken from the other half of the face.
 */
export function bakeFace(source: BakeSource, topology: FaceTopology, side: number): BakedFace {
  const top = unrollFace(source, topology.mirror, side);
  const original = readLight(pyramid(top));
  tameHue(top, original, topology);
  balanceHalves(top, topology);
  calmGrain(top, topology);
  const before = pyramid(top);
  evenLight(top, halve(lightLevel(before)), readLight(before), topology);
  closeLips(source, top);
  const levels = pyramid(top);
  return { levels, light: readLight(levels), original };
}

export type Levels = readonly [FloatPicture, ...FloatPicture[]];

export function pyramid(top: FloatPicture): Levels {
  const levels: [FloatPicture, ...FloatPicture[]] = [top];
  for (let last = top; last.width > MIN_SIDE;) {
    last = halve(last);
    levels.push(last);
  }
  return levels;
}

function lightLevel(levels: Levels): FloatPicture {
  return levels.find((each) => each.width <= LIGHT_SIDE) ?? levels[0];
}

/** Low-frequency colours at the vertices. */
export function readLight(levels: Levels): VertexColours {
  const level = lightLevel(levels);
  const { us, vs } = texturePositions(level.width);
  const read = (plane: Float32Array): Float32Array =>
    Float32Array.from({ length: FACE_VERTEX_COUNT }, (_, i) =>
      sampleBilinear(plane, level.width, level.height, us[i] ?? 0, vs[i] ?? 0),
    );
  return { y: read(level.y), u: read(level.u), v: read(level.v) };
}

function unrollFace(source: BakeSource, mirror: Uint16Array, side: number): FloatPicture {
  const area = side * side;
  const { us, vs } = texturePositions(side);
  const attribute = (vertex: Float32Array): { vertex: Float32Array; out: Float32Array } => ({
    vertex,
    out: new Float32Array(area).fill(-1),
  });
  const mirrored = (values: Float32Array): Float32Array =>
    Float32Array.from({ length: FACE_VERTEX_COUNT }, (_, i) => values[mirror[i] ?? i] ?? 0);
  const x = attribute(source.xs);
  const y = attribute(source.ys);
  const mx = attribute(mirrored(source.xs));
  const my = attribute(mirrored(source.ys));
  const mix = attribute(mirrorShare(source.facing, mirror));
  rasterizeAttributes({ width: side, height: side }, FACE_TRIANGLES, us, vs, [x, y, mx, my, mix]);
  const { picture } = source;
  const plane = (from: Float32Array): Float32Array => {
    const out = new Float32Array(area);
    let sum = 0;
    let count = 0;
    for (let i = 0; i < area; i++) {
      const m = mix.out[i] ?? 0;
      if (m < 0) continue;
      const at = (px: Float32Array, py: Float32Array): number =>
        sampleBilinear(from, picture.width, picture.height, px[i] ?? 0, py[i] ?? 0);
      const direct = m < 1 ? at(x.out, y.out) : 0;
      const value = m > 0 ? direct * (1 - m) + at(mx.out, my.out) * m : direct;
      out[i] = value;
      sum += value;
      count += 1;
    }
    // Texels off the face take the mean, so that pyramid levels do not fade to black at the outline.
    for (let i = 0; i < area; i++) if ((mix.out[i] ?? 0) < 0) out[i] = sum / Math.max(1, count);
    return out;
  };
  return { width: side, height: side, y: plane(picture.y), u: plane(picture.u), v: plane(picture.v) };
}

/** Share taken from the other half at each vertex: more, the worse it is seen and the better its counterpart is. */
export function mirrorShare(facing: Float32Array, mirror: Uint16Array): Float32Array {
  const seen = Float32Array.from(facing, (value) => smoothstep((value - 0.1) / 0.45));
  const share = Float32Array.from(seen, (value, i) =>
    smoothstep(((seen[mirror[i] ?? i] ?? 0) - value - 0.1) / 0.35),
  );
  const out = new Float32Array(share.length);
  smoothOverFace(createVertexKernel(0.7), share, new Float32Array(share.length).fill(1), 0, out);
  return out;
}

/** Largest deviation of a texel's chroma per luma from the skin's, on skin and on lips. */
const SKIN_HUE_ROOM = 0.06;
const RIM_HUE_ROOM = 0.015;
const RIM_CM = 3;
const LIP_HUE_ROOM = 0.4;

/**
 * Keeps every texel's hue near the skin's: what lies far off is shadow noise, a coloured reflection or a strand of
 * hair, and the scene's tint would turn it into a stain.
 */
function tameHue(texture: FloatPicture, colours: VertexColours, topology: FaceTopology): void {
  const { skin, lips, toOutlineCm } = topology;
  const mean = (values: Float32Array, zero: number): number => {
    let sum = 0;
    let norm = 1e-6;
    skin.forEach((weight, i) => {
      sum += weight * ((values[i] ?? 0) - zero);
      norm += weight;
    });
    return sum / norm;
  };
  const luma = Math.max(1, mean(colours.y, 16));
  const hueU = mean(colours.u, 128) / luma;
  const hueV = mean(colours.v, 128) / luma;
  const { us, vs } = texturePositions(texture.width);
  const onLips = new Float32Array(texture.y.length);
  const inside = new Float32Array(texture.y.length);
  rasterizeAttributes(texture, FACE_TRIANGLES, us, vs, [
    { vertex: lips, out: onLips },
    { vertex: toOutlineCm.map((cm) => smoothstep(cm / RIM_CM)), out: inside },
  ]);
  for (let i = 0; i < texture.y.length; i++) {
    const y = texture.y[i] ?? 16;
    const onSkin = RIM_HUE_ROOM + (SKIN_HUE_ROOM - RIM_HUE_ROOM) * (inside[i] ?? 0);
    const room = onSkin + (LIP_HUE_ROOM - onSkin) * (onLips[i] ?? 0);
    texture.u[i] = tameChroma(texture.u[i] ?? 128, y, hueU, room);
    texture.v[i] = tameChroma(texture.v[i] ?? 128, y, hueV, room);
  }
}

/**
 * Paints the opening of parted lips as a dark line, or the teeth of a smiling portrait would be squeezed between the
 * closed lips of its wearer.
 */
function closeLips(source: BakeSource, texture: FloatPicture): void {
  const mouth = measureAperture(source.xs, source.ys, LIPS_INNER);
  if (mouth.heightPx / mouth.widthPx < PARTED_LIPS) return;
  const { width: side } = texture;
  const { us, vs } = texturePositions(side);
  const inside = new Float32Array(side * side);
  const one = new Float32Array(FACE_VERTEX_COUNT).fill(1);
  rasterizeAttributes({ width: side, height: side }, MOUTH_TRIANGLES, us, vs, [{ vertex: one, out: inside }]);
  const lips = [...LIPS_OUTER, ...LIPS_INNER];
  const mean = (plane: Float32Array): number =>
    lips.reduce((sum, i) => sum + sampleBilinear(plane, side, side, us[i] ?? 0, vs[i] ?? 0), 0) / lips.length;
  const y = 16 + (mean(texture.y) - 16) * LIP_LINE_SHADE;
  const u = mean(texture.u);
  const v = mean(texture.v);
  for (let i = 0; i < inside.length; i++) {
    if (inside[i] !== 1) continue;
    texture.y[i] = y;
    texture.u[i] = u;
    texture.v[i] = v;
  }
}
