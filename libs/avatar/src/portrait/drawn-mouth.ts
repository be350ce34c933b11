import { smoothstep } from '../mesh/topology.js';

export type Colour = readonly [y: number, u: number, v: number];

/** Colours of a drawn mouth, code values, taken from the avatar's own skin. */
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
/** Luma of the inside and of the tongue in shares of the skin's, and how much redder flesh is, in code values at full light. */
const CAVITY_LIGHT = 0.16;
const TONGUE_LIGHT = 0.42;
const FLESH_RED = 28;
/** Shadow of the upper lip on what is behind it: so much light is left right under the lip. Without it bright teeth look like the lip itself. */
const LIP_SHADOW_CM = 0.38;
const UNDER_LIP_LIGHT = 0.45;

/**
 * Colours for a mouth that no picture shows, lit as the avatar's skin is. A brown inside as light as a shadowed lip is taken for
 * one: it is far darker than any of the face's skin, and flesh is redder than skin whatever the light's own hue.
 */
export function mouthColours(skin: Colour): MouthColours {
  const flesh = (light: number, red: number): Colour => [
    16 + (skin[0] - 16) * light,
    128 + (skin[1] - 128) * light * 0.8,
    128 + ((skin[2] - 128) * 0.8 + red) * light,
  ];
  return {
    cavity: flesh(CAVITY_LIGHT, 10),
    tongue: flesh(TONGUE_LIGHT, FLESH_RED),
    // Teeth are as bright as the skin and lit by the same light, of which they keep half the hue.
    teeth: [Math.min(222, skin[0] * 1.02), 128 + (skin[1] - 128) * 0.5, 128 + (skin[2] - 128) * 0.4],
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
  const shadow = UNDER_LIP_LIGHT + (1 - UNDER_LIP_LIGHT) * smoothstep(below / LIP_SHADOW_CM);
  const light = row * (0.15 + 0.85 * Math.max(0, side)) * shadow;
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
