import { LANDMARK_COUNT, LIPS_INNER } from '@guise/frame';
import { smoothstep } from '../mesh/topology.js';
import { edgeAt, measureAperture, type Aperture } from '../mesh/aperture.js';
import { forOpening } from '../mesh/opening.js';
import { sampleBytes } from '../overlay/picture.js';
import { blendByte, type Canvas } from './canvas.js';
import type { Planes } from './matte.js';
import {
  drawnInside,
  mix,
  mouthColours,
  teethRows,
  type Colour,
  type Jaws,
  type MouthColours,
} from './drawn-mouth.js';
import { insideMouth, unrollMouth, type OpenMouth, type OpenMouthView } from './open-mouth.js';

/** The avatar's mouth as its picture shows it, and what lies behind the lips. */
export interface PortraitMouth {
  readonly lips: Aperture;
  /** Share of the picture's own opening that is shown: 0 where its lips are closed. */
  readonly own: number;
  readonly colours: MouthColours;
  /** The avatar's own teeth and cavity, from a view with an open mouth; null: they are drawn. */
  readonly open: OpenMouth | null;
}

/** Opening over width from which the picture's own teeth are shown. */
const OWN_FROM = 0.05;
const OWN_FULL = 0.1;
const LIP_EDGE_CM = 0.09;
const LIP_OVERLAP_CM = 0.06;
/** The dark line between the picture's closed lips goes along with the upper one: left there, it still is a closed mouth. */
const LINE_OVERLAP_CM = 0.09;

/**
 * Measures the mouth of a picture on the stage.
 * @throws AvatarError when the view shows no open mouth
 */
export function measureMouth(
  landmarks: Float32Array,
  source: Planes,
  size: { readonly width: number; readonly height: number },
  view: OpenMouthView | null,
): PortraitMouth {
  const at = (axis: number): Float32Array =>
    Float32Array.from({ length: LANDMARK_COUNT }, (_, i) => landmarks[i * 3 + axis] ?? 0);
  const [xs, ys] = [at(0), at(1)];
  const lips = measureAperture(xs, ys, LIPS_INNER);
  const mean = (vertices: readonly number[]): Colour => {
    const read = (plane: Uint8Array, step: 1 | 2): number =>
      vertices.reduce(
        (sum, i) =>
          sum +
          sampleBytes(plane, size.width / step, size.height / step, (xs[i] ?? 0) / step, (ys[i] ?? 0) / step),
        0,
      ) / vertices.length;
    return [read(source.y, 1), read(source.u, 2), read(source.v, 2)];
  };
  const skin = mean(CHEEKS);
  return {
    lips,
    open: view === null ? null : unrollMouth(view, CHEEKS, skin),
    own: smoothstep((lips.heightPx / lips.widthPx - OWN_FROM) / (OWN_FULL - OWN_FROM)),
    colours: mouthColours(skin),
  };
}

const CHEEKS = [50, 280, 205, 425, 101, 330];

/**
 * Draws what is behind the parted lips: the picture's own teeth where it shows some, which hang with the upper lip; else
 * what a view with an open mouth shows; else a dark cavity with a row of upper teeth, bared as far as the lip is raised, a lower row that goes with the jaw, and the
 * tongue.
 */
export function drawPortraitMouth(
  canvas: Canvas,
  source: Planes,
  mouth: PortraitMouth,
  xs: Float32Array,
  ys: Float32Array,
  pxPerCm: number,
  scale: number,
  jaws: Jaws,
): void {
  const opening = measureAperture(xs, ys, LIPS_INNER);
  const cm = pxPerCm * scale;
  const { lips } = mouth;
  const { width, height, chromaWidth, chromaHeight } = canvas;
  const edgePx = LIP_EDGE_CM * cm;
  // What the picture has between its lips is stretched under the edge: the lower lip is overlapped to hide it.
  const line = (1 - mouth.own) * LINE_OVERLAP_CM * cm;
  const inside = {
    ...opening,
    upper: opening.upper.map((v) => v - line),
    lower: opening.lower.map((v) => v + LIP_OVERLAP_CM * cm),
  };
  const rows = teethRows(jaws, 1 - mouth.own);
  const visit = (
    step: 1 | 2,
    write: (i: number, drawn: Colour, x: number, y: number, own: number, share: number) => void,
  ): void => {
    forOpening(canvas, inside, step, edgePx, (i, u, v, share) => {
      const below = Math.max(0, v - edgeAt(opening.upper, u));
      const gap = edgeAt(opening.lower, u) - edgeAt(opening.upper, u);
      const drawn =
        mouth.open === null
          ? drawnInside(mouth.colours, u, below / cm, gap / cm, opening.heightPx / cm, rows)
          : insideMouth(mouth.open, u, below / cm, gap / cm);
      const ownTop = edgeAt(lips.upper, u);
      const ownGap = edgeAt(lips.lower, u) - ownTop;
      const reach = below / scale;
      // As far open as in the picture, it is the picture; wider, the cavity begins below its teeth.
      const wider = smoothstep((gap / scale - ownGap) / Math.max(1, ownGap * 0.25));
      const beneath = smoothstep((reach - ownGap * 0.75) / Math.max(1, ownGap * 0.2));
      const own = mouth.own * (1 - wider * beneath);
      const across = ownTop + reach;
      const along = u * lips.widthPx;
      const x = lips.centreX + along * lips.axisX - across * lips.axisY;
      const y = lips.centreY + along * lips.axisY + across * lips.axisX;
      write(i, drawn, x, y, own, share);
    });
  };
  const opens = smoothstep((opening.heightPx / cm - 0.04) / 0.1);
  if (opens === 0) return;
  visit(1, (i, drawn, x, y, own, share) => {
    const value = own > 0 ? mix(drawn[0], sampleBytes(source.y, width, height, x, y), own) : drawn[0];
    blendByte(canvas.planes.y, i, value, share * opens);
  });
  visit(2, (i, drawn, x, y, own, share) => {
    const chroma = (plane: Uint8Array, value: number): number =>
      own > 0 ? mix(value, sampleBytes(plane, chromaWidth, chromaHeight, x / 2, y / 2), own) : value;
    blendByte(canvas.planes.u, i, chroma(source.u, drawn[1]), share * opens);
    blendByte(canvas.planes.v, i, chroma(source.v, drawn[2]), share * opens);
  });
}
