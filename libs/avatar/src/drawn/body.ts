import type { DrawnCharacter } from './character.js';
import type { Point } from './face-shape.js';
import {
  clip,
  closedCurve,
  linear,
  openCurve,
  path,
  radial,
  soft,
  softLine,
  within,
  type Markup,
} from './svg.js';

/** Far below what any view shows. */
export const FLOOR_CM = 34;

const mirrored = (line: readonly Point[]): readonly Point[] =>
  [...line].reverse().map(([x, y]): Point => [-x, y]);
/** A line and its mirror image. */
export const both = (left: readonly Point[]): readonly Point[] => [...left, ...mirrored(left)];

const NECK = both([
  [-6.2, FLOOR_CM],
  [-6.2, 16],
  [-5, 12.6],
  [-4.6, 9.5],
  [-4.7, 4],
]);

const NECK_OUTLINE = closedCurve(NECK);

/** A plain wall, lighter behind the head. */
export function drawBackground({ palette: { background } }: DrawnCharacter): Markup {
  return (
    radial('wall', [-6, -8], 40, [
      [0, background[0]],
      [1, background[1]],
    ]) + `<rect x="-60" y="-40" width="120" height="90" fill="url(#wall)"/>`
  );
}

export function drawNeck({ palette: { skin } }: DrawnCharacter, chinY: number): Markup {
  const cast = closedCurve([
    [-8, 2],
    [-5.6, 7],
    [-3, chinY + 1.3],
    [0.8, chinY + 2.6],
    [4, chinY + 1.6],
    [6.5, 8],
    [9, 2],
  ]);
  return (
    clip('neck', NECK_OUTLINE) +
    linear(
      'neck-skin',
      [-5, 8],
      [5.5, 14],
      [
        [0, skin.base],
        [1, skin.shade],
      ],
    ) +
    '<g id="neck-drawing">' +
    path(NECK_OUTLINE, 'url(#neck-skin)') +
    within(
      'neck',
      soft(0.48, cast, skin.deep, 0.78) +
        softLine(
          0.3,
          openCurve([
            [-3.6, 10],
            [-2, 13.5],
            [-0.9, 16],
          ]),
          skin.shade,
          0.5,
          0.7,
        ) +
        softLine(
          0.3,
          openCurve([
            [3.8, 10],
            [2.2, 13.5],
            [1, 16],
          ]),
          skin.deep,
          0.5,
          0.4,
        ),
    ) +
    '</g>'
  );
}
