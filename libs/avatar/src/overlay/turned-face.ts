import { CANONICAL_FACE_CM, FACE_VERTEX_COUNT } from '@guise/frame';
import { createVertexKernel, smoothOverFace } from '../mesh/smoothing.js';
import { smoothstep, type FaceTopology } from '../mesh/topology.js';
import { mirrorShare, pyramid, readLight, type BakedFace, type Levels } from './bake.js';
import { plainSkin } from './even.js';
import { calmGrain } from './grain.js';
import type { VertexColours } from './texture.js';
import { readSide, type SideView } from './turned-side.js';
import { composeSides } from './turned-texture.js';
import type { FaceView, TurnedViews } from './types.js';

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
const SHARE_SIGMA_CM = 0.5;
const HARDLY_SHOWN = 0.03;

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
 * Makes the sides of a turned head: from views of the turned head where there are any, and plain skin where neither they nor
 * the picture show enough.
 */
export function bakeTurned(
  { face, facing }: FrontFace,
  views: TurnedViews,
  topology: FaceTopology,
  normals: Float32Array,
): TurnedFace {
  const side = face.levels[0].width;
  const seen = bestOf(facing, topology.mirror);
  const skin = plainSkin(face.light, topology);
  const torn = tornShare(seen, normals, topology);
  const target = trustedLight(face.light, skin, torn);
  const read = (view: FaceView | undefined): SideView | null =>
    view === undefined ? null : readSide(view, target, topology, normals, side);
  // The head turned to its left shows its right half, which is the left half of the texture.
  const [low, high] = [read(views.left), read(views.right)];
  const top = composeSides(skin, low, high, side);
  if (low !== null || high !== null) calmGrain(top, topology);
  const levels = pyramid(top);
  const better = perVertex((i) => {
    const view = isLow(i) ? low : high;
    const gain = smoothstep(((view?.facing[i] ?? 0) - (seen[i] ?? 0) - LEAST_GAIN) / WHOLE_GAIN);
    return gain * (view?.trust[i] ?? 0);
  });
  return { levels, light: readLight(levels), share: shareOf(torn, better, topology) };
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

/** Where the picture is torn something else is needed; where a view is better it is wanted, but never on lips and lids. */
function shareOf(torn: Float32Array, better: Float32Array, { toFeatureCm }: FaceTopology): Float32Array {
  const share = perVertex((i) => {
    const aside = smoothstep((Math.abs(CANONICAL_FACE_CM[i * 3] ?? 0) - MIDDLE_CM) / (SIDE_CM - MIDDLE_CM));
    const plain = smoothstep(((toFeatureCm[i] ?? 0) - 0.3) / 0.6);
    return Math.max(torn[i] ?? 0, better[i] ?? 0) * aside * plain;
  });
  const out = new Float32Array(FACE_VERTEX_COUNT);
  const even = new Float32Array(FACE_VERTEX_COUNT).fill(1);
  smoothOverFace(createVertexKernel(SHARE_SIGMA_CM), share, even, 0, out);
  // What would hardly be seen is not drawn at all: it costs as much as what is.
  return out.map((value) => Math.max(0, (value - HARDLY_SHOWN) / (1 - HARDLY_SHOWN)));
}

function isLow(vertex: number): boolean {
  return (CANONICAL_FACE_CM[vertex * 3] ?? 0) < 0;
}

function perVertex(value: (i: number) => number): Float32Array {
  return Float32Array.from({ length: FACE_VERTEX_COUNT }, (_, i) => value(i));
}
