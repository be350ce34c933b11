import { FACE_TRIANGLES, FACE_VERTEX_COUNT, toByte } from '@guise/frame';
import { ROUGH_MASK_SIDE, type PersonMask } from '../bundle/format.js';
import { smoothstep } from '../mesh/topology.js';
import { rasterizeAttributes } from '../overlay/raster.js';
import { sampleBilinear } from '../overlay/picture.js';
import { connectedTo, nosePixel } from './connected.js';
import { continueBackground } from './continue-background.js';
import { continueBody } from './continue-body.js';
import { fillUnknown, halveKnown } from './fill.js';
import type { Framing, StagePlanes } from './framing.js';
import { boxMean, enlarge, guidedFilter, halfSize, planeOf, shrink } from './guided-filter.js';
import { guessPerson, type HeadPlace } from './person-prior.js';

/** The avatar's picture taken apart, 8-bit, on the stage's grids. Drawing person over background gives it back. */
export interface StageLayers {
  readonly width: number;
  readonly height: number;
  readonly person: Planes;
  /** Background with the person painted out. */
  readonly background: Planes;
  /** The picture as it is. */
  readonly whole: Planes;
  /** Share of the person, 0–255, at full and at half size. */
  readonly alpha: Uint8Array;
  readonly alphaHalf: Uint8Array;
}

export interface Planes {
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

const GUIDE_RADIUS_CM = 0.45;
const GUIDE_EPSILON = 6e-4;
/** Alphas of the filter that become 0 and 1. */
const CLEAR_BELOW = 0.2;
const SOLID_ABOVE = 0.8;
/** Background is believed this far from the person only. */
const FRINGE_CM = 0.35;
/** At the picture's border the person fades into its continuation, which is made up; a background's is its mirror image. */
const PERSON_FADE_CM = 2.5;
/** Painted background is blurred by this radius. */
const SMOOTH_CM = 0.8;

/** Separates the person from the background. `mask` is best; without one the outline and the colours have to do. */
export function separatePerson(
  stage: StagePlanes,
  landmarks: Float32Array,
  head: HeadPlace,
  mask: { readonly of: PersonMask; readonly framing: Framing; readonly picture: Size } | null,
): StageLayers {
  const { width, height } = stage;
  const rough =
    mask === null ? enlarge(guessPerson(stage, head), width, height) : layMask(mask, width, height);
  const isDrawn = mask !== null && Math.max(mask.of.width, mask.of.height) > ROUGH_MASK_SIDE;
  const clear = isDrawn ? rough : refine(stage, rough, landmarks, head);
  const { insideCm } = stage;
  const alpha = continueBody(clear, { width, height, insidePx: (i) => (insideCm[i] ?? 0) * head.pxPerCm });
  const isInside = (i: number): boolean => (insideCm[i] ?? 0) > 0;
  const inside = planeOf(alpha.length, (i) =>
    isInside(i) ? mix(1, smoothstep((insideCm[i] ?? 0) / PERSON_FADE_CM), alpha[i] ?? 0) : 0,
  );
  const near = boxMean(alpha, width, height, Math.max(1, Math.round(FRINGE_CM * head.pxPerCm)));
  const known = {
    person: planeOf(alpha.length, (i) => (isInside(i) ? solid(alpha[i] ?? 0) : 0)),
    background: planeOf(near.length, (i) => (isInside(i) ? Math.max(0, 1 - 12 * (near[i] ?? 0)) : 0)),
  };
  const half = (plane: Float32Array): Float32Array => shrink(plane, width, height);
  const knownHalf = { person: half(known.person), background: half(known.background) };
  const [cw, ch] = [width >> 1, height >> 1];
  const layer = (of: 'person' | 'background', smoothPx: number) => ({
    y: fillSmoothly(stage.y, known[of], width, height, smoothPx),
    u: fillSmoothly(stage.u, knownHalf[of], cw, ch, smoothPx >> 1),
    v: fillSmoothly(stage.v, knownHalf[of], cw, ch, smoothPx >> 1),
  });
  const person = allToCodes(layer('person', 0));
  const painted = layer('background', Math.round(SMOOTH_CM * head.pxPerCm));
  const background = allToCodes(continueBackground(painted, stage, head.pxPerCm));
  const alphaHalf = half(alpha);
  const insideHalf = half(inside);
  // Beyond the picture's border its background goes on, and the person in front of it.
  const whole = (of: keyof Planes, shown: Float32Array, share: Float32Array): Uint8Array => {
    const [behind, before, picture] = [background[of], person[of], stage[of]];
    return toCodes(
      planeOf(shown.length, (i) => {
        const beyond = mix(behind[i] ?? 0, before[i] ?? 0, share[i] ?? 0);
        return mix(beyond, picture[i] ?? 0, shown[i] ?? 0);
      }),
    );
  };
  return {
    width,
    height,
    person,
    background,
    whole: {
      y: whole('y', inside, alpha),
      u: whole('u', insideHalf, alphaHalf),
      v: whole('v', insideHalf, alphaHalf),
    },
    alpha: toShares(alpha),
    alphaHalf: toShares(alphaHalf),
  };
}

/** A rough mask, given the picture's edges. */
function refine(
  stage: StagePlanes,
  rough: Float32Array,
  landmarks: Float32Array,
  head: HeadPlace,
): Float32Array {
  const { width, height } = stage;
  const radius = Math.max(2, Math.round(GUIDE_RADIUS_CM * head.pxPerCm));
  const guide = planeOf(rough.length, (i) => ((stage.y[i] ?? 0) - 16) / 219);
  const refined = guidedFilter(guide, rough, width, height, radius, GUIDE_EPSILON);
  const face = faceCover(landmarks, width, height);
  const clear = planeOf(refined.length, (i) =>
    Math.max(face[i] ?? 0, smoothstep(((refined[i] ?? 0) - CLEAR_BELOW) / (SOLID_ABOVE - CLEAR_BELOW))),
  );
  // Far from anything certain, a weak share is a doubt of the mask, not a hair.
  const reach = Math.max(1, Math.round(2 * FRINGE_CM * head.pxPerCm));
  const certainly = planeOf(clear.length, (i) => solid(clear[i] ?? 0));
  const certain = boxMean(certainly, width, height, reach);
  const sure = planeOf(clear.length, (i) => (clear[i] ?? 0) * smoothstep(20 * (certain[i] ?? 0)));
  return connectedTo(nosePixel(landmarks, width, height), sure, width, height, reach);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** What is made up shows no seams: it is blurred, and as rough as 8 bits allow, so that no bands show. */
function fillSmoothly(
  plane: Float32Array,
  known: Float32Array,
  width: number,
  height: number,
  smoothPx: number,
): Float32Array {
  // Where nothing is known (a mask that is all person), there is nothing better than what the picture shows.
  if (!known.some((share) => share > 0)) return plane;
  if (smoothPx < 2) return fillUnknown(plane, known, width, height);
  const made = enlarge(fillBlurred(plane, known, width, height, smoothPx >> 1), width, height);
  return planeOf(plane.length, (i) => {
    const rough = (made[i] ?? 0) + ((i * 7919) % 101) / 101 - 0.5;
    return mix(rough, plane[i] ?? 0, known[i] ?? 0);
  });
}

/** At half the size, which a blur does not show. */
function fillBlurred(
  plane: Float32Array,
  known: Float32Array,
  width: number,
  height: number,
  smoothPx: number,
): Float32Array {
  const { values, weights } = halveKnown(plane, known, width, height);
  const [w, h] = halfSize(width, height);
  const filled = fillUnknown(values, weights, w, h);
  return boxMean(boxMean(filled, w, h, smoothPx), w, h, smoothPx);
}

function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}

function solid(alpha: number): number {
  return Math.max(0, Math.min(1, (alpha - 0.85) / 0.1));
}

function layMask(
  { of, framing, picture }: { readonly of: PersonMask; readonly framing: Framing; readonly picture: Size },
  width: number,
  height: number,
): Float32Array {
  const from = Float32Array.from(of.data, (value) => value / 255);
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const px = ((framing.originX + (x + 0.5) * framing.step) / picture.width) * of.width;
      const py = ((framing.originY + (y + 0.5) * framing.step) / picture.height) * of.height;
      out[y * width + x] = sampleBilinear(from, of.width, of.height, px, py);
    }
  return out;
}

/** 1 where the mesh is: a face is never background. */
function faceCover(landmarks: Float32Array, width: number, height: number): Float32Array {
  const at = (axis: number): Float32Array =>
    Float32Array.from({ length: FACE_VERTEX_COUNT }, (_, i) => landmarks[i * 3 + axis] ?? 0);
  const out = new Float32Array(width * height);
  const one = new Float32Array(FACE_VERTEX_COUNT).fill(1);
  rasterizeAttributes({ width, height }, FACE_TRIANGLES, at(0), at(1), [{ vertex: one, out }]);
  return out;
}

/** Least and most code value of limited range; nothing that is drawn from these planes leaves it. */
const BLACK = 16;
const FULL_CHROMA = 240;

function allToCodes({ y, u, v }: Readonly<Record<keyof Planes, Float32Array>>): Planes {
  return { y: toCodes(y), u: toCodes(u), v: toCodes(v) };
}

function toCodes(plane: Float32Array): Uint8Array {
  const codes = new Uint8Array(plane.length);
  for (let i = 0; i < plane.length; i++)
    codes[i] = toByte(Math.max(BLACK, Math.min(FULL_CHROMA, plane[i] ?? 0)));
  return codes;
}

/** Shares of 0–1 as 255ths. */
function toShares(plane: Float32Array): Uint8Array {
  const bytes = new Uint8Array(plane.length);
  for (let i = 0; i < plane.length; i++) bytes[i] = toByte(Math.fround((plane[i] ?? 0) * 255));
  return bytes;
}
