import { LANDMARK_COUNT, LEFT_EYE, LEFT_IRIS, RIGHT_EYE, RIGHT_IRIS } from '@guise/frame';
import { smoothstep } from '../mesh/topology.js';
import { apertureBounds, edgeAt, measureAperture, toAperture, type Aperture } from '../mesh/aperture.js';
import { measureIris } from '../overlay/eye-patch.js';
import { shiftIris } from '../mesh/iris-shift.js';
import { forOpening } from '../mesh/opening.js';
import { sampleBytes } from '../overlay/picture.js';
import { blendByte, type Canvas } from './canvas.js';
import { lidRows, paintLids, type LidRows } from './lid-skin.js';
import type { Planes } from './matte.js';
import type { FaceParameters } from './parameters.js';

/** Distance of the iris from the eye's centre of rotation over the width between the lid corners (10.5 over 29 mm). */
const TURN_RADIUS = 0.36;
const MAX_SHIFT_U = 0.24;
const MAX_SHIFT_V = 0.12;
/** Samples keep this far from the avatar's own lids, so that lashes are not smeared into a wider opening. */
const LID_CLEARANCE_CM = 0.07;
/** Over this depth the opening's edge keeps the lid line of the picture. */
const LID_LINE_CM = 0.1;
/** Half the thickness of the line of closed lashes, and how dark it is: at least, and with the darkest of painted lashes. */
const LASH_LINE_CM = 0.17;
const LASH_SHADE = [0.78, 0.95] as const;
/** Hue goes with the light, or a line as dark as that turns red; not wholly, or it is drawn with ink. */
const LASH_FADES_HUE = 0.6;
/** Lashes of the picture are looked for so far above the opening. */
const LASHES_ABOVE_CM = 0.08;
/** Skin above the eye that is darker than this share of that below lies in the brow's shadow, which lids stand out of, and wholly so at that one. */
const IN_SHADOW = [0.85, 0.6] as const;

/** One of the avatar's eyes as its picture shows it, on the stage. */
export interface PortraitEye {
  readonly side: 'left' | 'right';
  readonly ring: readonly number[];
  readonly lids: Aperture;
  readonly rows: LidRows;
  /** Rows of skin around the lids. */
  readonly skin: { readonly inner: Aperture; readonly outer: Aperture };
  readonly irisU: number;
  readonly irisV: number;
  readonly irisRadiusU: number;
  /** Darkness of closed lashes, 0–1: as that of the open ones in the picture. */
  readonly lashShade: number;
  /** Share of the upper lid's skin that is fetched from below the eye: where a brow shades what is above it. */
  readonly fromBelow: number;
}

/** Measures both eyes of a picture on the stage. */
export function measureEyes(
  landmarks: Float32Array,
  mirror: Uint16Array,
  source: Planes,
  size: { readonly width: number; readonly height: number; readonly pxPerCm: number },
): readonly PortraitEye[] {
  const at = (axis: number): Float32Array =>
    Float32Array.from({ length: LANDMARK_COUNT }, (_, i) => landmarks[i * 3 + axis] ?? 0);
  const [xs, ys] = [at(0), at(1)];
  const eye = (side: 'left' | 'right', ring: readonly number[], iris: readonly number[]): PortraitEye => {
    const lids = measureAperture(xs, ys, ring);
    const [irisU, irisV, irisRadiusU] = measureIris(lids, xs, ys, iris);
    const rows = lidRows(side, mirror);
    const skin = { inner: measureAperture(xs, ys, rows.inner), outer: measureAperture(xs, ys, rows.outer) };
    const lashShade = darknessOfLashes(lids, skin.inner, source, size);
    const fromBelow = shadowOfBrow(skin, source, size);
    return { side, ring, lids, rows, skin, irisU, irisV, irisRadiusU, lashShade, fromBelow };
  };
  return [eye('right', RIGHT_EYE, RIGHT_IRIS), eye('left', LEFT_EYE, LEFT_IRIS)];
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Mean luma along one edge of an opening, above black; `offPx` across from it. */
function lumaAlong(
  of: Aperture,
  edge: 'upper' | 'lower',
  offPx: number,
  source: Planes,
  { width, height }: Size,
): number {
  const values = [-0.24, -0.12, 0, 0.12, 0.24].map((u) => {
    const v = edgeAt(of[edge], u) + offPx;
    const along = u * of.widthPx;
    const x = of.centreX + along * of.axisX - v * of.axisY;
    return sampleBytes(source.y, width, height, x, of.centreY + along * of.axisY + v * of.axisX) - 16;
  });
  return Math.max(1, values.reduce((sum, value) => sum + value, 0) / values.length);
}

/** How much darker the upper lid's edge is than the skin above it, within bounds. */
function darknessOfLashes(
  lids: Aperture,
  skin: Aperture,
  source: Planes,
  size: Size & { readonly pxPerCm: number },
): number {
  const lashes = lumaAlong(lids, 'upper', -LASHES_ABOVE_CM * size.pxPerCm, source, size);
  const darkness = 1 - lashes / lumaAlong(skin, 'upper', 0, source, size);
  return Math.max(LASH_SHADE[0], Math.min(LASH_SHADE[1], darkness));
}

/** 1 where the skin above the eye is too dark for a lid. */
function shadowOfBrow({ inner, outer }: PortraitEye['skin'], source: Planes, size: Size): number {
  const between = (edge: 'upper' | 'lower'): number =>
    (lumaAlong(inner, edge, 0, source, size) + lumaAlong(outer, edge, 0, source, size)) / 2;
  return smoothstep((IN_SHADOW[0] - between('upper') / between('lower')) / (IN_SHADOW[0] - IN_SHADOW[1]));
}

/**
 * Draws the avatar's eye between its moving lids: the iris keeps its shape and follows the gaze, the whites stretch.
 * `xs`, `ys` are where the mesh is drawn; `source` is the picture at rest.
 */
export function drawPortraitEye(
  canvas: Canvas,
  source: Planes,
  eye: PortraitEye,
  xs: Float32Array,
  ys: Float32Array,
  pxPerCm: number,
  scale: number,
  { gaze, lids }: FaceParameters,
): void {
  const opening = measureAperture(xs, ys, eye.ring);
  const drawn = { u: eye.irisU + turned(gaze.yawDeg, MAX_SHIFT_U), v: eye.irisV };
  drawn.v -= turned(gaze.pitchDeg, MAX_SHIFT_V) * eye.lids.widthPx;
  paintLids(canvas, source, eye, opening, xs, ys, smoothstep((0.75 - lids[eye.side]) / 0.5));
  const edgePx = LID_LINE_CM * pxPerCm * scale;
  const { width, height, chromaWidth, chromaHeight } = canvas;
  forOpening(canvas, opening, 1, edgePx, (i, u, v, share) => {
    const [x, y] = lookUp(eye, drawn, u, v / scale, pxPerCm);
    blendByte(canvas.planes.y, i, sampleBytes(source.y, width, height, x, y), share);
  });
  forOpening(canvas, opening, 2, edgePx, (i, u, v, share) => {
    const [x, y] = lookUp(eye, drawn, u, v / scale, pxPerCm);
    blendByte(canvas.planes.u, i, sampleBytes(source.u, chromaWidth, chromaHeight, x / 2, y / 2), share);
    blendByte(canvas.planes.v, i, sampleBytes(source.v, chromaWidth, chromaHeight, x / 2, y / 2), share);
  });
  drawLashes(canvas, opening, pxPerCm * scale, smoothstep((0.55 - lids[eye.side]) / 0.35), eye.lashShade);
}

function turned(degrees: number, most: number): number {
  const shift = TURN_RADIUS * Math.sin((Math.max(-60, Math.min(60, degrees)) * Math.PI) / 180);
  return most * Math.tanh(shift / most);
}

/** Stage position shown at (u, v) of the opening: rigid over the iris, stretched beside it. */
function lookUp(
  eye: PortraitEye,
  drawn: { readonly u: number; readonly v: number },
  u: number,
  v: number,
  pxPerCm: number,
): readonly [x: number, y: number] {
  const [from, near] = shiftIris(eye, drawn.u, u);
  const { lids } = eye;
  const moved = v + (eye.irisV - drawn.v) * near;
  const top = edgeAt(lids.upper, from) + LID_CLEARANCE_CM * pxPerCm;
  const bottom = edgeAt(lids.lower, from) - LID_CLEARANCE_CM * pxPerCm;
  const kept = top < bottom ? Math.max(top, Math.min(bottom, moved)) : (top + bottom) / 2;
  const along = from * lids.widthPx;
  return [
    lids.centreX + along * lids.axisX - kept * lids.axisY,
    lids.centreY + along * lids.axisY + kept * lids.axisX,
  ];
}

/** Darkens the line where closing lids meet; `closed` and `darkness` from 0 to 1. */
function drawLashes(canvas: Canvas, lids: Aperture, pxPerCm: number, closed: number, darkness: number): void {
  if (closed <= 0) return;
  const half = Math.max(1, LASH_LINE_CM * pxPerCm);
  const { planes } = canvas;
  for (const step of [1, 2] as const) {
    const { x0, x1, y0, y1 } = apertureBounds(lids, half, canvas, step);
    const width = canvas.width / step;
    for (let y = y0; y <= y1; y++)
      for (let x = x0; x <= x1; x++) {
        const [u, v] = toAperture(lids, (x + 0.5) * step, (y + 0.5) * step);
        const ends = smoothstep((0.52 - Math.abs(u)) / 0.12);
        const off = Math.abs(v - (edgeAt(lids.upper, u) + edgeAt(lids.lower, u)) / 2);
        const shade = ends * (1 - smoothstep(off / half)) * closed * darkness;
        if (shade <= 0) continue;
        const i = y * width + x;
        if (step === 1) blendByte(planes.y, i, 16, shade);
        else {
          blendByte(planes.u, i, 128, shade * LASH_FADES_HUE);
          blendByte(planes.v, i, 128, shade * LASH_FADES_HUE);
        }
      }
  }
}
