import type { UprightFace } from './upright-face.js';
import { CHEEKS, medianOf, pixelsWithin } from './zones.js';

/** Colour of a zone against the cheeks: logarithm of the light, and redness over light. Zero where it is the cheeks' own. */
interface Contrast {
  readonly light: number;
  readonly red: number;
}

/** Weights of a zone's contrasts, of their squares, and what is left of both on bare skin: chins are in shadow, and lips near. */
interface Zone {
  readonly outline: readonly number[];
  readonly light: readonly [linear: number, square: number];
  readonly red: readonly [linear: number, square: number];
  readonly bare: number;
}

/**
 * Logistic regression, for each zone, on synthetic actors and the sample media, bare and with drawn beards (25 faces; goatees and
 * full beards cover both zones, moustaches the lip alone). Hair is not of the skin's colour: mostly darker, always less or more red.
 */
const ZONES: readonly Zone[] = [
  {
    outline: [
      43, 106, 182, 83, 18, 313, 406, 335, 273, 422, 430, 394, 395, 369, 396, 175, 171, 140, 170, 169, 210,
      202,
    ],
    light: [-5.1, 4.7],
    red: [-42, 440],
    bare: -4.6,
  },
  {
    outline: [165, 167, 164, 393, 391, 322, 270, 269, 267, 0, 37, 39, 40, 92],
    light: [-7.3, 3.9],
    red: [-48, 340],
    bare: -3.3,
  },
];
/** Code values of light below which colours are noise. */
const DARK = 3;
const COLOURLESS = 10;

/** How much the chin, or what is between nose and lip, differs from the cheeks as hair does: the greater of both log odds. */
export function beardStrength(face: UprightFace): number {
  const cheeks = CHEEKS.map((outline) => colourOf(face, outline));
  const mean = (of: 'light' | 'red'): number => cheeks.reduce((sum, cheek) => sum + cheek[of], 0) / 2;
  const skin = { light: mean('light'), red: mean('red') };
  return Math.max(...ZONES.map((zone) => logOdds(zone, contrastOf(colourOf(face, zone.outline), skin))));
}

function logOdds({ light: [l1, l2], red: [r1, r2], bare }: Zone, { light, red }: Contrast): number {
  return l1 * light + l2 * light ** 2 + r1 * red + r2 * red ** 2 + bare;
}

function contrastOf(zone: Contrast, skin: Contrast): Contrast {
  return {
    light: Math.log((zone.light + DARK) / (skin.light + DARK)),
    red: zone.red / (zone.light + COLOURLESS) - skin.red / (skin.light + COLOURLESS),
  };
}

function colourOf(face: UprightFace, outline: readonly number[]): Contrast {
  const pixels = pixelsWithin(face, outline);
  return { light: Math.max(medianOf(face.luma, pixels), 0), red: medianOf(face.red, pixels) };
}
