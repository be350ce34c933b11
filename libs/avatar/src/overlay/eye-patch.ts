import { LEFT_EYE, LEFT_IRIS, RIGHT_EYE, RIGHT_IRIS } from '@guise/frame';
import { insideBy, measureAperture, toAperture, type Aperture } from '../mesh/aperture.js';
import { chromaPerLuma, tameChroma } from './hue.js';
import { halve, sampleBilinear, type FloatPicture } from './picture.js';

/** Part of the eye's surroundings that a patch holds: ± widths of the eye, ± centimetres across. */
export const PATCH_REACH_U = 0.62;
export const PATCH_REACH_CM = 1.3;
export const PATCH_WIDTH = 128;
export const PATCH_HEIGHT = 96;

/** How far the iris may differ in hue from the whites. */
const IRIS_HUE_ROOM = 0.12;

/** The avatar's eye in the eye's own frame, with its lids and iris measured. */
export interface EyePatch {
  readonly ring: readonly number[];
  readonly iris: readonly number[];
  /** Pyramid; x spans ±0.62 eye widths, y spans ±1.3 cm. */
  readonly levels: readonly FloatPicture[];
  /** Lids, in pixels of the avatar's picture. */
  readonly lids: Aperture;
  readonly pxPerCm: number;
  readonly irisU: number;
  readonly irisCm: number;
  readonly irisRadiusU: number;
  /** Chroma per luma of the whites in the avatar's picture. */
  readonly whiteU: number;
  readonly whiteV: number;
  /** Luma of the whites, above black. */
  readonly whiteY: number;
}

/** Cuts both eyes out of the avatar's picture. */
export function prepareEyes(
  picture: FloatPicture,
  xs: Float32Array,
  ys: Float32Array,
  pxPerCm: number,
): readonly [right: EyePatch, left: EyePatch] {
  return [
    prepareEye(picture, xs, ys, pxPerCm, RIGHT_EYE, RIGHT_IRIS),
    prepareEye(picture, xs, ys, pxPerCm, LEFT_EYE, LEFT_IRIS),
  ];
}

function prepareEye(
  picture: FloatPicture,
  xs: Float32Array,
  ys: Float32Array,
  pxPerCm: number,
  ring: readonly number[],
  iris: readonly number[],
): EyePatch {
  const lids = measureAperture(xs, ys, ring);
  const [irisU, irisV, irisRadiusU] = measureIris(lids, xs, ys, iris);
  const cut = (plane: Float32Array): Float32Array => {
    const out = new Float32Array(PATCH_WIDTH * PATCH_HEIGHT);
    for (let row = 0; row < PATCH_HEIGHT; row++)
      for (let column = 0; column < PATCH_WIDTH; column++) {
        const along = ((column + 0.5) / PATCH_WIDTH - 0.5) * 2 * PATCH_REACH_U * lids.widthPx;
        const across = ((row + 0.5) / PATCH_HEIGHT - 0.5) * 2 * PATCH_REACH_CM * pxPerCm;
        const x = lids.centreX + along * lids.axisX - across * lids.axisY;
        const y = lids.centreY + along * lids.axisY + across * lids.axisX;
        out[row * PATCH_WIDTH + column] = sampleBilinear(plane, picture.width, picture.height, x, y);
      }
    return out;
  };
  const top = {
    width: PATCH_WIDTH,
    height: PATCH_HEIGHT,
    y: cut(picture.y),
    u: cut(picture.u),
    v: cut(picture.v),
  };
  const [whiteU, whiteV, whiteY] = hueOfWhites(top, lids, pxPerCm);
  for (let i = 0; i < top.y.length; i++) {
    top.u[i] = tameChroma(top.u[i] ?? 128, top.y[i] ?? 16, whiteU, IRIS_HUE_ROOM);
    top.v[i] = tameChroma(top.v[i] ?? 128, top.y[i] ?? 16, whiteV, IRIS_HUE_ROOM);
  }
  const second = halve(top);
  const levels = [top, second, halve(second)];
  return {
    ring,
    iris,
    levels,
    lids,
    pxPerCm,
    irisU,
    irisCm: irisV / pxPerCm,
    irisRadiusU,
    whiteU,
    whiteV,
    whiteY,
  };
}

/** Mean chroma per luma, and luma above black, of the brightest third of the opening. */
function hueOfWhites(
  patch: FloatPicture,
  lids: Aperture,
  pxPerCm: number,
): readonly [u: number, v: number, y: number] {
  const inside: number[] = [];
  for (let i = 0; i < patch.y.length; i++) {
    const u = (((i % patch.width) + 0.5) / patch.width - 0.5) * 2 * PATCH_REACH_U;
    const v = ((Math.floor(i / patch.width) + 0.5) / patch.height - 0.5) * 2 * PATCH_REACH_CM * pxPerCm;
    if (insideBy(lids, u, v) > 0) inside.push(i);
  }
  inside.sort((a, b) => (patch.y[b] ?? 0) - (patch.y[a] ?? 0) || a - b);
  const bright = inside.slice(0, Math.max(1, Math.floor(inside.length / 3)));
  const mean = (plane: Float32Array): number =>
    bright.reduce((sum, i) => sum + chromaPerLuma(plane[i] ?? 128, patch.y[i] ?? 16), 0) / bright.length;
  const luma = bright.reduce((sum, i) => sum + (patch.y[i] ?? 16), 0) / bright.length - 16;
  return [mean(patch.u), mean(patch.v), Math.max(1, luma)];
}

/** Iris centre (u, v) and radius (u), kept within the opening. */
export function measureIris(
  lids: Aperture,
  xs: Float32Array,
  ys: Float32Array,
  iris: readonly number[],
): readonly [u: number, v: number, radiusU: number] {
  const centre = iris[0] ?? 0;
  const [u, v] = toAperture(lids, xs[centre] ?? 0, ys[centre] ?? 0);
  const edge = [iris[1] ?? 0, iris[3] ?? 0].map((i) => toAperture(lids, xs[i] ?? 0, ys[i] ?? 0)[0]);
  const radius = Math.abs((edge[1] ?? 0) - (edge[0] ?? 0)) / 2;
  return [clamp(u, -0.3, 0.3), v, clamp(radius, 0.12, 0.3)];
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}
