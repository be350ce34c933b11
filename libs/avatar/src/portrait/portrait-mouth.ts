import { LANDMARK_COUNT, LIPS_INNER, LIPS_OUTER } from '@guise/frame';
import { smoothstep } from '../mesh/topology.js';
import { edgeAt, measureAperture, type Aperture } from '../mesh/aperture.js';
import { forOpening } from '../mesh/opening.js';
import { sampleBytes } from '../overlay/picture.js';
import { blendByte, type Canvas } from './canvas.js';
import type { Planes } from './matte.js';
import { insideMouth, unrollMouth, type OpenMouth, type OpenMouthView } from './open-mouth.js';

/** Colours of a drawn mouth, code values, taken from the avatar's own lips and skin. */
interface MouthColours {
  readonly cavity: Colour;
  readonly tongue: Colour;
  readonly teeth: Colour;
}

type Colour = readonly [y: number, u: number, v: number];

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
/** Upper front teeth reach this far below a resting lip; more is bared as the lip rises. */
const BARED_CM = 0.2;
const TALLEST_TEETH_CM = 0.75;
/** The lower row goes with the jaw, lies a little in the dark, and behind the lip once the jaw is dropped. */
const LOWER_SHADE = 0.8;
const TOOTH_CM = 0.75;
const TEETH_EDGE_CM = 0.1;
/** The tongue lies behind the lower teeth from this opening on. */
const TONGUE_FROM_CM = 0.7;
/** Shadow of the upper lip on what is behind it. */
const LIP_SHADOW_CM = 0.3;

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
    colours: coloursOf(mean(LIPS_OUTER), skin),
  };
}

const CHEEKS = [50, 280, 205, 425, 101, 330];

function coloursOf(lip: Colour, skin: Colour): MouthColours {
  const shade = (of: Colour, light: number, hue: number): Colour => [
    16 + (of[0] - 16) * light,
    128 + (of[1] - 128) * hue,
    128 + (of[2] - 128) * hue,
  ];
  return {
    cavity: shade(lip, 0.26, 0.6),
    tongue: shade(lip, 0.65, 0.95),
    // Teeth are a little brighter than the skin and lit by the same light.
    teeth: shade([Math.min(205, skin[0] * 1.06), skin[1], skin[2]], 1, 0.5),
  };
}

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
  jaws: { readonly lipRaiseCm: number; readonly dropCm: number },
): void {
  const opening = measureAperture(xs, ys, LIPS_INNER);
  const cm = pxPerCm * scale;
  const { lips } = mouth;
  const { width, height, chromaWidth, chromaHeight } = canvas;
  const edgePx = LIP_EDGE_CM * cm;
  // What the picture has between its lips is stretched under the edge: the lower lip is overlapped to hide it.
  const inside = { ...opening, lower: opening.lower.map((v) => v + LIP_OVERLAP_CM * cm) };
  const bared = Math.max(0.08, BARED_CM + 0.8 * jaws.lipRaiseCm);
  const clenched = 1 - smoothstep((jaws.dropCm - 0.3) / 0.6);
  const rows = {
    upperEnd: Math.min(TALLEST_TEETH_CM, bared),
    lowerStart: bared + jaws.dropCm,
    lower: clenched * (1 - mouth.own),
  };
  const visit = (
    step: 1 | 2,
    write: (i: number, drawn: Colour, x: number, y: number, own: number, share: number) => void,
  ): void => {
    forOpening(canvas, inside, step, edgePx, (i, u, v, share) => {
      const below = v - edgeAt(opening.upper, u);
      const gap = edgeAt(opening.lower, u) - edgeAt(opening.upper, u);
      const drawn =
        mouth.open === null
          ? interior(mouth.colours, u, below / cm, gap / cm, opening.heightPx / cm, rows)
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

/** Colour behind the lips at `u` along and `below` centimetres under the upper lip. */
function interior(
  colours: MouthColours,
  u: number,
  below: number,
  gap: number,
  tallest: number,
  rows: { readonly upperEnd: number; readonly lowerStart: number; readonly lower: number },
): Colour {
  const side = 1 - (2 * u) ** 2;
  // The row of teeth curves away: shorter and darker towards the corners.
  const toothEnd = rows.upperEnd * (0.72 + 0.28 * Math.max(0, side));
  const upper = 1 - smoothstep((below - toothEnd + TEETH_EDGE_CM) / TEETH_EDGE_CM);
  const lower = rows.lower * smoothstep((below - rows.lowerStart) / TEETH_EDGE_CM);
  const column = Math.cos(((u * 5) / TOOTH_CM) * Math.PI) ** 2;
  const row = upper > lower ? 1 : LOWER_SHADE;
  const light = row * (0.35 + 0.65 * Math.max(0, side)) * (0.62 + 0.38 * smoothstep(below / LIP_SHADOW_CM));
  const teeth: Colour = [
    16 + (colours.teeth[0] - 16) * light * (0.94 + 0.06 * column),
    colours.teeth[1],
    colours.teeth[2],
  ];
  const up = gap - below;
  const out = smoothstep((tallest - TONGUE_FROM_CM) / 0.8) * smoothstep((0.36 - Math.abs(u)) / 0.22);
  const tongue = out * (1 - smoothstep((up - 0.15 * tallest) / (0.28 * tallest)));
  const depth = smoothstep(Math.min(below, up) / 0.8);
  const cavity: Colour = [
    16 + (colours.cavity[0] - 16) * (1 - 0.45 * depth),
    colours.cavity[1],
    colours.cavity[2],
  ];
  return mixColour(mixColour(cavity, colours.tongue, tongue * 0.8), teeth, Math.max(upper, lower));
}

function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}

function mixColour(a: Colour, b: Colour, share: number): Colour {
  return [mix(a[0], b[0], share), mix(a[1], b[1], share), mix(a[2], b[2], share)];
}
