import { drawBackground, drawNeck } from './body.js';
import type { DrawnCharacter } from './character.js';
import { drawClothes } from './clothes.js';
import { pointOf, shapeFace } from './face-shape.js';
import { drawFeatures } from './features.js';
import { drawHair, drawHairBehind } from './hair.js';
import { drawEars, drawSkin, headOutline } from './head.js';
import { n, type Markup } from './svg.js';

/** A drawn character as two vector pictures of equal size, with its mesh in pixels of them. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** SVG 1.1: what is behind the person, without a hole. */
  readonly background: Markup;
  /** SVG 1.1 with transparency: the person. Its opacity is the mask of the person. */
  readonly person: Markup;
  /** 478 × (x, y, z) in pixels, exactly where the picture shows them. */
  readonly landmarks: Float32Array;
}

/** A little more than a portrait shows of a room (`framing.ts`), at 945 lines of it. */
const HEIGHT_CM = 44;
const ASPECT = 16 / 9;
const PX_PER_CM = 22.5;
/** Where the head's origin lies from the top: eyes at 43 % of the height. */
const ORIGIN_CM = 0.43 * HEIGHT_CM + 3.27;

/** Draws a character. Pure: equal characters give equal markup and mesh. */
export function drawCharacter(character: DrawnCharacter): Drawing {
  const height = 2 * Math.round((HEIGHT_CM * PX_PER_CM) / 2);
  const width = 2 * Math.round((height * ASPECT) / 2);
  const view = [-width / 2 / PX_PER_CM, -ORIGIN_CM, width / PX_PER_CM, height / PX_PER_CM];
  const page = (content: Markup): Markup =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="${view.map(n).join(' ')}">${content}</svg>`;
  const shape = shapeFace(character);
  const head = headOutline(character, shape);
  const [, chinY] = pointOf(shape, 152);
  const person = [
    drawHairBehind(character),
    drawNeck(character, chinY),
    drawClothes(character),
    drawEars(character, head),
    drawSkin(character, shape, head),
    drawFeatures(character, shape),
    drawHair(character),
  ];
  const origin = [width / 2, ORIGIN_CM * PX_PER_CM, 0];
  return {
    ...{ width, height },
    background: page(drawBackground(character)),
    person: page(person.join('')),
    landmarks: shape.map((value, i) => (origin[i % 3] ?? 0) + value * PX_PER_CM),
  };
}
