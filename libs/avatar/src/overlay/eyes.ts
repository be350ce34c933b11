import { smoothstep } from '../mesh/topology.js';
import { apertureBounds, edgeAt, measureAperture, toAperture, type Aperture } from '../mesh/aperture.js';
import { shiftIris } from '../mesh/iris-shift.js';
import { forOpening } from '../mesh/opening.js';
import {
  measureIris,
  PATCH_HEIGHT,
  PATCH_REACH_CM,
  PATCH_REACH_U,
  PATCH_WIDTH,
  type EyePatch,
} from './eye-patch.js';
import { chromaPerLuma } from './hue.js';
import type { Layer } from './layer.js';
import { sampleBilinear, type FloatPicture } from './picture.js';

/** Samples keep this far from the avatar's own lids, so that lashes are not smeared into a wider opening. */
const LID_CLEARANCE_CM = 0.07;
/** Over this depth the opening's edge keeps the avatar's own lid line. */
const LID_LINE_CM = 0.11;
/** The whites are made neutral and take this share of the scene's skin hue. */
const EYE_WARMTH = 0.25;
/** Half the thickness of the line of closed lashes, and how dark it is. */
const LASH_LINE_CM = 0.13;
const LASH_SHADE = 0.7;
/** Hue goes with the light, or a dark line turns red; not wholly, or it is drawn with ink. */
const LASH_FADES_HUE = 0.6;
const MAX_GAZE_SHIFT_U = 0.26;
const MAX_GAZE_SHIFT_CM = 0.35;
/** Below this opening the iris cannot be seen: the last gaze is held. */
const GAZE_MIN_OPENING_CM = 0.28;
const GAZE_FOLLOW = 0.6;

/** Where the wearer looks, relative to the avatar's picture; kept from frame to frame. */
export interface GazeState {
  irisU: number;
  irisCm: number;
  known: boolean;
}

export function createGaze(): GazeState {
  return { irisU: 0, irisCm: 0, known: false };
}

/** Colours of the scene on an eye. */
export interface EyeLight {
  readonly gain: number;
  readonly lift: number;
  /** Chroma per luma of the scene's skin. */
  readonly skinU: number;
  readonly skinV: number;
}

/**
 * Draws the avatar's eye into the wearer's lid opening: lids cut the eye, its iris follows the wearer's gaze and keeps
 * its shape, the whites stretch. `xs`, `ys` are the 478 points where the face is drawn, in frame pixels.
 */
export function drawEye(
  layer: Layer,
  patch: EyePatch,
  gaze: GazeState,
  xs: Float32Array,
  ys: Float32Array,
  pxPerCm: number,
  light: EyeLight,
): void {
  const lids = measureAperture(xs, ys, patch.ring);
  followGaze(gaze, patch, lids, xs, ys, pxPerCm);
  const density =
    (PATCH_WIDTH / (2 * PATCH_REACH_U * lids.widthPx) + PATCH_HEIGHT / (2 * PATCH_REACH_CM * pxPerCm)) / 2;
  const levelOf = (step: number): FloatPicture | undefined =>
    patch.levels[Math.min(patch.levels.length - 1, Math.max(0, Math.round(Math.log2(density * step) - 0.2)))];
  const fine = levelOf(1);
  const coarse = levelOf(2);
  if (fine === undefined || coarse === undefined) return;
  forOpening(layer, lids, 1, LID_LINE_CM * pxPerCm, (i, u, v, share) => {
    const [x, y] = lookUp(patch, gaze, u, v / pxPerCm, fine);
    const value = 16 + (sampleBilinear(fine.y, fine.width, fine.height, x, y) - 16) * light.gain + light.lift;
    layer.luma[i] = (layer.luma[i] ?? 0) * (1 - share) + value * share;
  });
  forOpening(layer, lids, 2, LID_LINE_CM * pxPerCm, (i, u, v, share) => {
    const [x, y] = lookUp(patch, gaze, u, v / pxPerCm, coarse);
    const luma = sampleBilinear(coarse.y, coarse.width, coarse.height, x, y);
    const lit = (luma - 16) * light.gain + light.lift;
    const cu = chromaPerLuma(sampleBilinear(coarse.u, coarse.width, coarse.height, x, y), luma);
    const cv = chromaPerLuma(sampleBilinear(coarse.v, coarse.width, coarse.height, x, y), luma);
    // The cast of the whites is that of the light on them; dark paint has less of it, and would turn blue.
    const cast = 0.5 + 0.5 * smoothstep((luma - 16) / patch.whiteY);
    const hueU = cu - patch.whiteU * cast + light.skinU * EYE_WARMTH;
    const hueV = cv - patch.whiteV * cast + light.skinV * EYE_WARMTH;
    layer.u[i] = (layer.u[i] ?? 0) * (1 - share) + (128 + lit * hueU) * share;
    layer.v[i] = (layer.v[i] ?? 0) * (1 - share) + (128 + lit * hueV) * share;
  });
}

/** Darkens the line where closing lids meet; `closed` from 0 to 1. */
export function drawLashLine(
  layer: Layer,
  ring: readonly number[],
  xs: Float32Array,
  ys: Float32Array,
  pxPerCm: number,
  closed: number,
): void {
  if (closed <= 0) return;
  const lids = measureAperture(xs, ys, ring);
  const half = Math.max(1, LASH_LINE_CM * pxPerCm);
  for (const step of [1, 2] as const) {
    const { x0, x1, y0, y1 } = apertureBounds(lids, half, layer, step);
    const width = step === 1 ? layer.width : layer.chromaWidth;
    for (let y = y0; y <= y1; y++)
      for (let x = x0; x <= x1; x++) {
        const [u, v] = toAperture(lids, layer.x + (x + 0.5) * step, layer.y + (y + 0.5) * step);
        const ends = smoothstep((0.52 - Math.abs(u)) / 0.12);
        const off = Math.abs(v - (edgeAt(lids.upper, u) + edgeAt(lids.lower, u)) / 2);
        const shade = ends * (1 - smoothstep(off / half)) * closed * LASH_SHADE;
        if (shade <= 0) continue;
        const i = y * width + x;
        if (step === 1) layer.luma[i] = 16 + ((layer.luma[i] ?? 0) - 16) * (1 - shade);
        else {
          const kept = 1 - shade * LASH_FADES_HUE;
          layer.u[i] = 128 + ((layer.u[i] ?? 0) - 128) * kept;
          layer.v[i] = 128 + ((layer.v[i] ?? 0) - 128) * kept;
        }
      }
  }
}

function followGaze(
  gaze: GazeState,
  patch: EyePatch,
  lids: Aperture,
  xs: Float32Array,
  ys: Float32Array,
  pxPerCm: number,
): void {
  if (lids.heightPx < GAZE_MIN_OPENING_CM * pxPerCm && gaze.known) return;
  const [u, v] = measureIris(lids, xs, ys, patch.iris);
  const wantedU = clamp(u, patch.irisU - MAX_GAZE_SHIFT_U, patch.irisU + MAX_GAZE_SHIFT_U);
  const wantedCm = clamp(v / pxPerCm, patch.irisCm - MAX_GAZE_SHIFT_CM, patch.irisCm + MAX_GAZE_SHIFT_CM);
  const follow = gaze.known ? GAZE_FOLLOW : 1;
  gaze.irisU += (wantedU - gaze.irisU) * follow;
  gaze.irisCm += (wantedCm - gaze.irisCm) * follow;
  gaze.known = true;
}

/** Patch position shown at (u, cm) of the wearer's eye: rigid over the iris, stretched beside it. */
function lookUp(
  patch: EyePatch,
  gaze: GazeState,
  u: number,
  cm: number,
  level: FloatPicture,
): readonly [x: number, y: number] {
  const [from, near] = shiftIris(patch, gaze.irisU, u);
  const moved = cm + (patch.irisCm - gaze.irisCm) * near;
  const top = edgeAt(patch.lids.upper, from) / patch.pxPerCm + LID_CLEARANCE_CM;
  const bottom = edgeAt(patch.lids.lower, from) / patch.pxPerCm - LID_CLEARANCE_CM;
  const kept = top < bottom ? clamp(moved, top, bottom) : (top + bottom) / 2;
  return [
    (from / (2 * PATCH_REACH_U) + 0.5) * level.width,
    (kept / (2 * PATCH_REACH_CM) + 0.5) * level.height,
  ];
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}
