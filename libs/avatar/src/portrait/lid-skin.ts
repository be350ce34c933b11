import { LEFT_EYE, RIGHT_EYE } from '@guise/frame';
import { edgeAt, measureAperture, apertureBounds, toAperture, type Aperture } from '../mesh/aperture.js';
import { smoothstep } from '../mesh/topology.js';
import { sampleBytes } from '../overlay/picture.js';
import { blendByte, type Canvas } from './canvas.js';
import type { Planes } from './matte.js';

/** Rows of skin around the right eye, from the outer corner inwards: crease and fold above, the edge of the bag below. */
const CREASE = [247, 30, 29, 27, 28, 56, 190];
const FOLD = [113, 225, 224, 223, 222, 221, 189];
const BELOW = [25, 110, 24, 23, 22, 26, 112];
const BAG = [31, 228, 229, 230, 231, 232, 233];
/** How far skin is fetched from, beyond the inner row, in distances of the two rows. */
const REACH = 0.5;
/** The painted lid fades in over this share of its height. */
const FADE = 0.6;
/** Shading of a closed lid: the ball of the eye is behind it. */
const BULGE = 0.08;

/** Between what rows the skin of one eye's lids lies: two apertures around the eye, above and below. */
export interface LidRows {
  readonly inner: readonly number[];
  readonly outer: readonly number[];
}

export function lidRows(side: 'left' | 'right', mirror: Uint16Array): LidRows {
  const eye = side === 'right' ? RIGHT_EYE : LEFT_EYE;
  const row = (vertices: readonly number[]): readonly number[] =>
    side === 'right' ? vertices : vertices.map((vertex) => mirror[vertex] ?? 0).reverse();
  const ring = (upper: readonly number[], lower: readonly number[]): readonly number[] => [
    eye[0] ?? 0,
    ...row(upper),
    eye[8] ?? 0,
    ...[...row(lower)].reverse(),
  ];
  return { inner: ring(CREASE, BELOW), outer: ring(FOLD, BAG) };
}

/** Rows of skin around an eye, where they lie in the picture, and the share of the upper lid that comes from below the eye. */
interface LidMaterial {
  readonly skin: { readonly inner: Aperture; readonly outer: Aperture };
  readonly rows: LidRows;
  readonly fromBelow: number;
}

/**
 * Paints plain skin over closing lids, fetched from beside the eye: what a picture shows next to the lashes (make-up,
 * shadow, the eye itself where the mesh is a little off) would be stretched over the whole lid.
 */
export function paintLids(
  canvas: Canvas,
  source: Planes,
  { skin: rest, rows, fromBelow }: LidMaterial,
  opening: Aperture,
  xs: Float32Array,
  ys: Float32Array,
  closing: number,
): void {
  if (closing <= 0) return;
  const skin = measureAperture(xs, ys, rows.inner);
  for (const step of [1, 2] as const) {
    const width = canvas.width / step;
    const height = canvas.height / step;
    const { x0, x1, y0, y1 } = apertureBounds(skin, 0, canvas, step);
    for (let y = y0; y <= y1; y++)
      for (let x = x0; x <= x1; x++) {
        const [u, v] = toAperture(opening, (x + 0.5) * step, (y + 0.5) * step);
        const ends = smoothstep((0.52 - Math.abs(u)) / 0.1);
        if (ends === 0) continue;
        const seam = (edgeAt(opening.upper, u) + edgeAt(opening.lower, u)) / 2;
        const key = v < seam ? 'upper' : 'lower';
        const from = edgeAt(skin[key], u);
        const to = edgeAt(opening[key], u);
        const t = (v - from) / (to - from);
        if (!(t > 0 && t <= 1) || !Number.isFinite(t)) continue;
        const below = key === 'upper' ? fromBelow : 1;
        const read = (plane: Uint8Array): number => {
          const above = below < 1 ? sampleBeside(plane, width, height, step, rest, 'upper', u, t) : 0;
          return below > 0
            ? above * (1 - below) + sampleBeside(plane, width, height, step, rest, 'lower', u, t) * below
            : above;
        };
        const share = ends * closing * smoothstep(t / FADE);
        const i = y * width + x;
        if (step === 1) {
          const luma = read(source.y);
          const round = key === 'upper' ? BULGE * Math.sin(t * Math.PI) - BULGE * t : 0;
          blendByte(canvas.planes.y, i, luma + (luma - 16) * round, share);
        } else {
          blendByte(canvas.planes.u, i, read(source.u), share);
          blendByte(canvas.planes.v, i, read(source.v), share);
        }
      }
  }
}

/** The picture's skin above or below the eye, `t` of the way outwards within reach. */
function sampleBeside(
  plane: Uint8Array,
  width: number,
  height: number,
  step: 1 | 2,
  { inner, outer }: LidMaterial['skin'],
  key: 'upper' | 'lower',
  u: number,
  t: number,
): number {
  const near = edgeAt(inner[key], u);
  const across = near + t * REACH * (edgeAt(outer[key], u) - near);
  const along = u * inner.widthPx;
  const x = inner.centreX + along * inner.axisX - across * inner.axisY;
  const y = inner.centreY + along * inner.axisY + across * inner.axisX;
  return sampleBytes(plane, width, height, x / step, y / step);
}
