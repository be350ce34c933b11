import { CANONICAL_FACE_CM, FACE_TRIANGLES, FACE_VERTEX_COUNT } from '@guise/frame';
import { createVertexKernel, smoothOverFace } from '../mesh/smoothing.js';
import { smoothstep, type FaceTopology } from '../mesh/topology.js';
import { mirrorShare, pyramid, readLight, type BakedFace, type Levels } from './bake.js';
import { plainSkin } from './even.js';
import { rasterizeAttributes } from './raster.js';
import { texturePositions, type VertexColours } from './texture.js';
import { unrollSide, type SideTexture } from './turned-side.js';
import type { TurnedViews } from './types.js';

/** The turn for which the sides are made. */
const TURN_DEG = 35;
/** Texture stretched by the first factor gives way, and by the second is gone: streaks of hair, ears and the room behind. */
const [STRETCHED, TORN] = [1.6, 2.3];
/** That far from the outline nothing is taken for torn: a nose's sides are steep, but they show a nose. */
const [RIM_CM, INSIDE_CM] = [2, 3.5];
/** A view must see a vertex better than the picture by so much, as cosines. */
const [LEAST_GAIN, WHOLE_GAIN] = [0.05, 0.3];
/** The halves meet in the picture's own texture. */
const [MIDDLE_CM, SIDE_CM] = [0.6, 2];

/** What is drawn at the sides of a turned head, where the picture's texture would be stretched into streaks. */
export interface TurnedFace {
  /** As large as those of the picture's own texture. */
  readonly levels: Levels;
  /** Low-frequency colour at each vertex. */
  readonly light: VertexColours;
  /** How much of it is drawn at each vertex of a head that is turned far. */
  readonly share: Float32Array;
}

/** The face as the avatar's picture shows it. */
export interface FrontFace {
  readonly face: BakedFace;
  /** How much each vertex faces the camera in the picture. */
  readonly facing: Float32Array;
}

/**
 * Makes the sides of a turned head: from views of the turned head where there are any (a side without one takes the other one's,
 * mirrored), and plain skin where neither they nor the picture show enough.
 */
export function bakeTurned(
  { face, facing }: FrontFace,
  views: TurnedViews,
  topology: FaceTopology,
  normals: Float32Array,
): TurnedFace {
  const side = face.levels[0].width;
  const seen = bestOf(facing, topology.mirror);
  const torn = tornShare(seen, normals, topology);
  const skin = plainSkin(face.light, topology);
  const target = trustedLight(face.light, skin, torn);
  const { left, right } = views;
  const sides = {
    left: left === undefined ? null : unrollSide(left, target, topology, normals, side),
    right: right === undefined ? null : unrollSide(right, target, topology, normals, side),
  };
  // The head turned to its left shows its right half, which is the left half of the texture.
  const low = sides.left ?? flipSide(sides.right, topology.mirror);
  const high = sides.right ?? flipSide(sides.left, topology.mirror);
  const trust = perVertex((i) => (isLow(i) ? low : high)?.trust[i] ?? 0);
  const top = compose(skin, low, high, trust, side);
  const levels = pyramid(top);
  const better = perVertex((i) =>
    smoothstep((((isLow(i) ? low : high)?.facing[i] ?? 0) - (seen[i] ?? 0) - LEAST_GAIN) / WHOLE_GAIN),
  );
  return { levels, light: readLight(levels), share: shareOf(torn, better, trust, topology) };
}

/** How well each vertex is seen where a hidden half is taken from the other one. */
function bestOf(facing: Float32Array, mirror: Uint16Array): Float32Array {
  const mix = mirrorShare(facing, mirror);
  return facing.map((own, i) => own + ((facing[mirror[i] ?? i] ?? 0) - own) * (mix[i] ?? 0));
}

/** 1 where a head turned to that side stretches the picture's texture out of shape. */
function tornShare(seen: Float32Array, normals: Float32Array, { toOutlineCm }: FaceTopology): Float32Array {
  const [sin, cos] = [Math.sin((TURN_DEG * Math.PI) / 180), Math.cos((TURN_DEG * Math.PI) / 180)];
  return perVertex((i) => {
    const turned = sin * Math.abs(normals[i * 3] ?? 0) - cos * (normals[i * 3 + 2] ?? 0);
    const stretch = turned / Math.max(0.1, seen[i] ?? 0);
    const atRim = 1 - smoothstep(((toOutlineCm[i] ?? 0) - RIM_CM) / (INSIDE_CM - RIM_CM));
    return smoothstep((stretch - STRETCHED) / (TORN - STRETCHED)) * atRim;
  });
}

/** The picture's own light, and that of the skin around where the picture is not to be trusted. */
function trustedLight(light: VertexColours, skin: VertexColours, torn: Float32Array): VertexColours {
  const mix = (own: Float32Array, plain: Float32Array, zero: number): Float32Array =>
    own.map((value, i) => value + (zero + (plain[i] ?? 0) - value) * (torn[i] ?? 0));
  return { y: mix(light.y, skin.y, 16), u: mix(light.u, skin.u, 128), v: mix(light.v, skin.v, 128) };
}

/** The same texture for the other half of the face. */
function flipSide(of: SideTexture | null, mirror: Uint16Array): SideTexture | null {
  if (of === null) return null;
  const { width } = of.texture;
  const plane = (from: Float32Array): Float32Array => {
    const out = new Float32Array(from.length);
    for (let i = 0; i < from.length; i++) out[i] = from[i - (i % width) + width - 1 - (i % width)] ?? 0;
    return out;
  };
  const other = (from: Float32Array): Float32Array => perVertex((i) => from[mirror[i] ?? i] ?? 0);
  const { y, u, v } = of.texture;
  return {
    texture: { ...of.texture, y: plane(y), u: plane(u), v: plane(v) },
    trust: other(of.trust),
    facing: other(of.facing),
  };
}

/** Plain skin, and over it what the views show well. */
function compose(
  skin: VertexColours,
  low: SideTexture | null,
  high: SideTexture | null,
  trust: Float32Array,
  side: number,
): Levels[0] {
  const { us, vs } = texturePositions(side);
  const area = side * side;
  const at = (vertex: Float32Array): { vertex: Float32Array; out: Float32Array } => ({
    vertex,
    out: new Float32Array(area),
  });
  const [y, u, v, shown] = [at(skin.y), at(skin.u), at(skin.v), at(trust)];
  rasterizeAttributes({ width: side, height: side }, FACE_TRIANGLES, us, vs, [y, u, v, shown]);
  const mean = (values: Float32Array): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const isFace = new Float32Array(area);
  rasterizeAttributes({ width: side, height: side }, FACE_TRIANGLES, us, vs, [
    { vertex: new Float32Array(FACE_VERTEX_COUNT).fill(1), out: isFace },
  ]);
  const finish = (plain: Float32Array, zero: number, around: number, key: 'y' | 'u' | 'v'): Float32Array => {
    for (let i = 0; i < area; i++) {
      // As in the picture's texture: what is off the face takes the mean, or coarse levels would fade at the outline.
      const base = zero + ((isFace[i] ?? 0) > 0 ? (plain[i] ?? 0) : around);
      const view = (i % side) * 2 < side ? low : high;
      plain[i] = view === null ? base : base + ((view.texture[key][i] ?? 0) - base) * (shown.out[i] ?? 0);
    }
    return plain;
  };
  return {
    width: side,
    height: side,
    y: finish(y.out, 16, mean(skin.y), 'y'),
    u: finish(u.out, 128, mean(skin.u), 'u'),
    v: finish(v.out, 128, mean(skin.v), 'v'),
  };
}

/** Where the picture is torn something else is needed; where a view is better it is wanted, but never on lips and lids. */
function shareOf(
  torn: Float32Array,
  better: Float32Array,
  trust: Float32Array,
  { toFeatureCm }: FaceTopology,
): Float32Array {
  const share = perVertex((i) => {
    const aside = smoothstep((Math.abs(CANONICAL_FACE_CM[i * 3] ?? 0) - MIDDLE_CM) / (SIDE_CM - MIDDLE_CM));
    const plain = smoothstep(((toFeatureCm[i] ?? 0) - 0.3) / 0.6);
    return Math.max(torn[i] ?? 0, (better[i] ?? 0) * (trust[i] ?? 0)) * aside * plain;
  });
  const out = new Float32Array(FACE_VERTEX_COUNT);
  smoothOverFace(createVertexKernel(0.5), share, new Float32Array(share.length).fill(1), 0, out);
  return out;
}

function isLow(vertex: number): boolean {
  return (CANONICAL_FACE_CM[vertex * 3] ?? 0) < 0;
}

function perVertex(value: (i: number) => number): Float32Array {
  return Float32Array.from({ length: FACE_VERTEX_COUNT }, (_, i) => value(i));
}
