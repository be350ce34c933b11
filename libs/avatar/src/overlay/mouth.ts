import { LIPS_INNER, type I420Frame, type I420Planes } from '@guise/frame';
import { smoothstep } from '../mesh/topology.js';
import { edgeAt, measureAperture, type Aperture } from '../mesh/aperture.js';
import { forOpening } from '../mesh/opening.js';
import type { Layer } from './layer.js';
import { sampleBytes } from './picture.js';
import type { DrawnShape } from './shape.js';

/** Opening over width at which the wearer's own mouth begins to show, and at which it shows wholly. */
const OPENS_AT = 0.02;
const OPEN_AT = 0.07;
/** Fade from the avatar's lip to the wearer's mouth, centimetres. */
const LIP_EDGE_CM = 0.12;

/** The outermost part of the wearer's opening is lip: it is left out. */
const INSET = 0.9;

/**
 * Shows the wearer's own teeth and tongue between the avatar's lips. The lips may be drawn elsewhere and in another shape
 * than the wearer's own: every point shows what lies at the same place between the wearer's lips.
 */
export function drawMouth(
  layer: Layer,
  frame: I420Frame,
  planes: I420Planes,
  shape: DrawnShape,
  wearer: DrawnShape,
  pxPerCm: number,
): void {
  const lips = measureAperture(shape.xs, shape.ys, LIPS_INNER);
  const own = measureAperture(wearer.xs, wearer.ys, LIPS_INNER);
  const open = smoothstep((own.heightPx / own.widthPx - OPENS_AT) / (OPEN_AT - OPENS_AT));
  if (open === 0) return;
  const visit = (step: 1 | 2, write: (i: number, x: number, y: number, share: number) => void): void => {
    forOpening(layer, lips, step, LIP_EDGE_CM * pxPerCm, (i, u, v, share) => {
      const [x, y] = wearerPoint(lips, own, u, v);
      write(i, x / step, y / step, share * open);
    });
  };
  visit(1, (i, x, y, share) => {
    const value = sampleBytes(planes.y, frame.width, frame.height, x, y);
    layer.luma[i] = (layer.luma[i] ?? 0) * (1 - share) + value * share;
  });
  visit(2, (i, x, y, share) => {
    const cu = sampleBytes(planes.u, planes.chromaWidth, planes.chromaHeight, x, y);
    const cv = sampleBytes(planes.v, planes.chromaWidth, planes.chromaHeight, x, y);
    layer.u[i] = (layer.u[i] ?? 0) * (1 - share) + cu * share;
    layer.v[i] = (layer.v[i] ?? 0) * (1 - share) + cv * share;
  });
}

/** Frame position, in the wearer's mouth, of a point between the drawn lips. */
function wearerPoint(lips: Aperture, own: Aperture, u: number, v: number): readonly [x: number, y: number] {
  const top = edgeAt(lips.upper, u);
  const tall = Math.max(1e-3, edgeAt(lips.lower, u) - top);
  const ownTop = edgeAt(own.upper, u);
  const ownTall = edgeAt(own.lower, u) - ownTop;
  const across = ownTop + ownTall * (0.5 + ((v - top) / tall - 0.5) * INSET);
  const along = u * own.widthPx;
  return [
    own.centreX + along * own.axisX - across * own.axisY,
    own.centreY + along * own.axisY + across * own.axisX,
  ];
}
