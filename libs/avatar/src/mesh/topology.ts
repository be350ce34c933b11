import {
  CANONICAL_FACE_CM,
  FACE_OVAL,
  FACE_VERTEX_COUNT,
  LEFT_BROW,
  LEFT_EYE,
  LIPS_INNER,
  LIPS_OUTER,
  RIGHT_BROW,
  RIGHT_EYE,
} from '@guise/frame';

/** Facts about the canonical face that every avatar shares, computed once. Distances are centimetres. */
export interface FaceTopology {
  /** For each vertex, its counterpart on the other half of the face. */
  readonly mirror: Uint16Array;
  /** 0 at the face's outline, rising to 1 where the avatar covers the wearer wholly. */
  readonly cover: Float32Array;
  /** 0 up to the brows, rising to 1 above them: plain skin is drawn there. */
  readonly forehead: Float32Array;
  /** 0 at the outline, rising to 1 where the avatar's own proportions may show. */
  readonly interior: Float32Array;
  /** Distance to the outline. */
  readonly toOutlineCm: Float32Array;
  /** Distance to the nearest of lips, lids, brows and nostrils. */
  readonly toFeatureCm: Float32Array;
  /** 1 on the lips, 0 a little outside. */
  readonly lips: Float32Array;
  /** 1 on lips and lids, 0 a little outside: what opens and shuts. */
  readonly openings: Float32Array;
  /** 1 on plain skin, 0 on lips, lids, brows and nostrils: where light can be read. */
  readonly skin: Float32Array;
}

/** Nostril rims: dark whatever the light. */
const NOSTRILS = [98, 97, 2, 326, 327, 294, 64, 240, 75, 60, 20, 238, 79, 166, 59, 290, 305, 250, 458, 309];

const COVER_CM = 1.5;
/**
 * Above the brows plain skin hides the wearer's own, raised as far as they go, and fades into the wearer's forehead: a forehead
 * tells little of who it is, and the avatar's hair that falls over it would show as a stain.
 */
const BROW_CLEARANCE_CM = 1.8;
const FOREHEAD_FADE_CM = 2.2;
const INTERIOR_CM = 1.5;
const FEATURE_CLEARANCE_CM = 0.8;

export function createFaceTopology(): FaceTopology {
  const toOval = distances(FACE_OVAL, true);
  const features = [LIPS_OUTER, LIPS_INNER, LEFT_EYE, RIGHT_EYE, LEFT_BROW, RIGHT_BROW, NOSTRILS];
  const toEach = features.map((ring) => distances(ring, false));
  const perVertex = (value: (i: number) => number): Float32Array =>
    Float32Array.from({ length: FACE_VERTEX_COUNT }, (_, i) => value(i));
  const toFeature = perVertex((i) => Math.min(...toEach.map((distance) => distance[i] ?? 0)));
  return {
    mirror: mirrorVertices(),
    toOutlineCm: toOval,
    toFeatureCm: toFeature,
    lips: distances([...LIPS_OUTER, ...LIPS_INNER], false).map((cm) => 1 - smoothstep(cm / 0.6)),
    cover: perVertex((i) =>
      Math.min((toOval[i] ?? 0) / COVER_CM, 1 - (aboveBrowCm(i) - BROW_CLEARANCE_CM) / FOREHEAD_FADE_CM),
    ),
    forehead: perVertex((i) => smoothstep((aboveBrowCm(i) - 0.3) / 0.7)),
    interior: perVertex((i) => smoothstep((toOval[i] ?? 0) / INTERIOR_CM)),
    openings: distances([...LIPS_OUTER, ...LIPS_INNER, ...LEFT_EYE, ...RIGHT_EYE], false).map(
      (cm) => 1 - smoothstep((cm - 0.2) / 0.8),
    ),
    skin: perVertex(
      (i) =>
        smoothstep((toFeature[i] ?? 0) / FEATURE_CLEARANCE_CM) * smoothstep(0.15 + (toOval[i] ?? 0) / 1.5),
    ),
  };
}

/**
 * Height of a vertex above the brows, negative below. The brow line of the canonical face is close to the parabola
 * y = −5.2 + 0.028 x².
 */
function aboveBrowCm(vertex: number): number {
  const x = CANONICAL_FACE_CM[vertex * 3] ?? 0;
  const y = CANONICAL_FACE_CM[vertex * 3 + 1] ?? 0;
  return -5.2 + 0.028 * x * x - y;
}

/** 0 below 0, 1 above 1, smooth between. */
export function smoothstep(t: number): number {
  if (!(t > 0)) return 0;
  return t >= 1 ? 1 : t * t * (3 - 2 * t);
}

/** Distance of each vertex to the points of a set, or to the closed line through them. */
function distances(ring: readonly number[], closed: boolean): Float32Array {
  const result = new Float32Array(FACE_VERTEX_COUNT);
  for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
    let best = Infinity;
    for (let k = 0; k < ring.length; k++) {
      const a = ring[k] ?? 0;
      const b = closed ? (ring[(k + 1) % ring.length] ?? 0) : a;
      best = Math.min(best, segmentDistance(i, a, b));
    }
    result[i] = best;
  }
  return result;
}

function segmentDistance(i: number, a: number, b: number): number {
  const c = (vertex: number, axis: number): number => CANONICAL_FACE_CM[vertex * 3 + axis] ?? 0;
  let along = 0;
  let length = 0;
  for (let axis = 0; axis < 3; axis++) {
    const d = c(b, axis) - c(a, axis);
    along += (c(i, axis) - c(a, axis)) * d;
    length += d * d;
  }
  const t = length > 0 ? Math.min(1, Math.max(0, along / length)) : 0;
  let sum = 0;
  for (let axis = 0; axis < 3; axis++) sum += (c(i, axis) - c(a, axis) - t * (c(b, axis) - c(a, axis))) ** 2;
  return Math.sqrt(sum);
}

function mirrorVertices(): Uint16Array {
  const c = CANONICAL_FACE_CM;
  return Uint16Array.from({ length: FACE_VERTEX_COUNT }, (_, i) => {
    let best = i;
    let least = Infinity;
    for (let j = 0; j < FACE_VERTEX_COUNT; j++) {
      const dx = (c[j * 3] ?? 0) + (c[i * 3] ?? 0);
      const dy = (c[j * 3 + 1] ?? 0) - (c[i * 3 + 1] ?? 0);
      const dz = (c[j * 3 + 2] ?? 0) - (c[i * 3 + 2] ?? 0);
      const d = dx * dx + dy * dy + dz * dz;
      if (d < least) {
        least = d;
        best = j;
      }
    }
    return best;
  });
}
