import { smoothstep } from '../mesh/topology.js';

export type Colour = readonly [y: number, u: number, v: number];

/** Colours of a drawn mouth, code values, taken from the avatar's own lips and skin. */
export interface MouthColours {
  readonly cavity: Colour;
  readonly tongue: Colour;
  readonly teeth: Colour;
}

/** What bares the rows of teeth, centimetres: upper lip raised, jaw dropped, corners of the mouth pulled apart. */
export interface Jaws {
  readonly lipRaiseCm: number;
  readonly dropCm: number;
  readonly wideningCm: number;
}

/** Where the rows of teeth are, centimetres under the upper lip, and how much of the lower one is shown, 0–1. */
interface TeethRows {
  readonly upperEnd: number;
  readonly lowerStart: number;
  readonly lower: number;
}

/** Upper front teeth reach this far below a resting lip; more is bared as the lip rises, and much more by a smile. */
const BARED_CM = 0.2;
const SMILE_BARES_CM = 0.45;
const TALLEST_TEETH_CM = 0.95;
/** Corners further apart than the first begin to smile, and do wholly so much further. */
const SMILE_FROM_CM = 0.35;
const SMILE_OVER_CM = 0.6;
/** The lower row goes with the jaw, lies a little in the dark, and behind the lip once the jaw is dropped. */
const LOWER_SHADE = 0.66;
/** Rows of teeth are so far apart in a mouth that is at rest or speaks. */
const FREEWAY_CM = 0.18;
const TOOTH_CM = 0.75;
const TEETH_EDGE_CM = 0.1;
/** The tongue lies behind the lower teeth from this opening on. */
const TONGUE_FROM_CM = 0.7;
/** Shadow of the upper lip on what is behind it. */
const LIP_SHADOW_CM = 0.3;

/** Colours for a mouth that no picture shows. `lip` and `skin` are the avatar's own. */
export function mouthColours(lip: Colour, skin: Colour): MouthColours {
  const shade = (of: Colour, light: number, hue: number): Colour => [
    16 + (of[0] - 16) * light,
    128 + (of[1] - 128) * hue,
    128 + (of[2] - 128) * hue,
  ];
  return {
    cavity: shade(lip, 0.26, 0.6),
    tongue: shade(lip, 0.65, 0.95),
    // Teeth are a little brighter than the skin and lit by the same light.
    teeth: shade([Math.min(222, skin[0] * 1.08), skin[1], skin[2]], 1, 0.55),
  };
}

/** @param drawn share of a drawn lower row: none where the picture shows its own teeth */
export function teethRows({ lipRaiseCm, dropCm, wideningCm }: Jaws, drawn: number): TeethRows {
  const smile = smoothstep((wideningCm - SMILE_FROM_CM) / SMILE_OVER_CM);
  const bared = Math.max(0.08, BARED_CM + 0.8 * lipRaiseCm + SMILE_BARES_CM * smile);
  const clenched = 1 - smoothstep((dropCm - 0.3) / 0.6);
  return {
    upperEnd: Math.min(TALLEST_TEETH_CM, bared),
    lowerStart: bared + FREEWAY_CM + dropCm,
    lower: clenched * drawn,
  };
}

/**
 * Colour behind the lips at `u` along and `below` centimetres under the upper lip, which are `gap` apart there and at most
 * `tallest`.
 */
export function drawnInside(
  colours: MouthColours,
  u: number,
  below: number,
  gap: number,
  tallest: number,
  rows: TeethRows,
): Colour {
  const side = 1 - (2 * u) ** 2;
  // The row of teeth curves away: shorter and darker towards the corners.
  const toothEnd = rows.upperEnd * (0.72 + 0.28 * Math.max(0, side));
  const upper = 1 - smoothstep((below - toothEnd + TEETH_EDGE_CM) / TEETH_EDGE_CM);
  const lower = rows.lower * smoothstep((below - rows.lowerStart) / TEETH_EDGE_CM);
  const column = Math.cos(((u * 5) / TOOTH_CM) * Math.PI) ** 2;
  const row = upper > lower ? 1 : LOWER_SHADE;
  const light = row * (0.15 + 0.85 * Math.max(0, side)) * (0.7 + 0.3 * smoothstep(below / LIP_SHADOW_CM));
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

/** From `a` to `b`. */
export function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}

function mixColour(a: Colour, b: Colour, share: number): Colour {
  return [mix(a[0], b[0], share), mix(a[1], b[1], share), mix(a[2], b[2], share)];
}
