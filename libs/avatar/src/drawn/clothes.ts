import type { ClothesStyle, DrawnCharacter, Palette } from './character.js';
import { both, FLOOR_CM } from './body.js';
import type { Point } from './face-shape.js';
import {
  clip,
  closedCurve,
  ellipse,
  linear,
  openCurve,
  path,
  soft,
  softLine,
  stroke,
  within,
  type Markup,
} from './svg.js';

const SHOULDERS: Readonly<Record<ClothesStyle, readonly Point[]>> = {
  jacket: both([
    [-24, FLOOR_CM],
    [-22, 22],
    [-19.8, 18],
    [-14.8, 15.4],
    [-9, 13.5],
    [-5.2, 11.4],
    [-2, 12.4],
  ]),
  turtleneck: both([
    [-23, FLOOR_CM],
    [-21, 22],
    [-18.8, 18],
    [-14, 15.7],
    [-8.6, 14.2],
    [-5, 13],
    [-2, 13],
  ]),
  crew: both([
    [-23, FLOOR_CM],
    [-21.2, 22],
    [-19, 18],
    [-14, 15.6],
    [-8.6, 13.7],
    [-5.4, 12.2],
    [-2, 13],
  ]),
  shirt: both([
    [-23, FLOOR_CM],
    [-21, 22],
    [-18.8, 18],
    [-14, 15.6],
    [-8.6, 13.8],
    [-5.2, 12],
    [-2, 12.6],
  ]),
};

/** Shoulders and what is worn on them. */
export function drawClothes({ clothes, palette }: DrawnCharacter): Markup {
  const outline = closedCurve(SHOULDERS[clothes]);
  const { cloth } = palette;
  return (
    clip('body', outline) +
    linear(
      'cloth',
      [-14, 13],
      [12, 24],
      [
        [0, cloth.light],
        [0.5, cloth.base],
        [1, cloth.deep],
      ],
    ) +
    path(outline, 'url(#cloth)') +
    within('body', softLine(0.75, outline, cloth.deep, 1.2, 0.55)) +
    WORN[clothes](palette)
  );
}

type Garment = (palette: Palette) => Markup;

const WORN: Readonly<Record<ClothesStyle, Garment>> = {
  jacket: ({ cloth, under }) => {
    const front: readonly Point[] = both([
      [-0.6, 30],
      [-2.6, 22],
      [-4.6, 16.4],
      [-5.4, 11.6],
      [-4.4, 10.6],
    ]);
    const open = closedCurve([
      [-4.8, 10],
      [-3.6, 13],
      [-1.6, 15.4],
      [0.1, 17.6],
      [1.8, 15.4],
      [3.6, 13],
      [4.8, 10],
      [0, 6],
    ]);
    const collar = (sign: 1 | -1): string =>
      closedCurve([
        [sign * 4.5, 9.9],
        [sign * 5.5, 11.8],
        [sign * 5, 14.4],
        [sign * 3.2, 17.2],
        [sign * 0.2, 17.6],
        [sign * 1.7, 15.3],
        [sign * 3.5, 13],
      ]);
    const lapel = (sign: 1 | -1): string =>
      closedCurve([
        [sign * 5.4, 11.4],
        [sign * 7.6, 13.6],
        [sign * 8.4, 16],
        [sign * 7.3, 16.6],
        [sign * 8, 17.7],
        [sign * 5, 22],
        [sign * 0.9, 30],
        [sign * 2.2, 23],
        [sign * 4.2, 16.4],
      ]);
    return (
      path(closedCurve(front), under.base) +
      clip('hole', open) +
      within('hole', '<use href="#neck-drawing"/>') +
      softLine(
        0.48,
        openCurve([
          [0.6, 17.8],
          [0.8, 30],
        ]),
        under.deep,
        1.2,
        0.6,
      ) +
      stroke(
        openCurve([
          [0.25, 17.6],
          [0.3, 30],
        ]),
        under.deep,
        0.08,
      ) +
      ([-1, 1] as const)
        .map(
          (sign) =>
            soft(0.3, lapel(sign), cloth.deep, 0.8) +
            path(lapel(sign), sign === -1 ? cloth.light : cloth.base) +
            soft(0.18, collar(sign), under.deep, 0.8) +
            path(collar(sign), sign === -1 ? '#ffffff' : under.base),
        )
        .join('')
    );
  },
  turtleneck: ({ cloth }) => {
    const collar = closedCurve([
      [-5.6, 14.3],
      [-5.2, 11.2],
      [-4.7, 10.2],
      [-2.4, 11.2],
      [0, 11.6],
      [2.4, 11.2],
      [4.7, 10.2],
      [5.2, 11.2],
      [5.6, 14.3],
      [3, 15.5],
      [0, 15.8],
      [-3, 15.5],
    ]);
    const rib = (x: number): Markup =>
      stroke(
        openCurve([
          [x, 10.8 + 0.25 * (1 - (x / 5) ** 2)],
          [x * 1.08, 13],
          [x * 1.12, 15.5],
        ]),
        cloth.deep,
        0.12,
        'opacity="0.28"',
      );
    return (
      within(
        'body',
        soft(
          0.48,
          closedCurve([
            [-6.4, 14.5],
            [0, 17],
            [6.4, 14.5],
            [5, 13],
            [-5, 13],
          ]),
          cloth.deep,
          0.7,
        ),
      ) +
      linear(
        'collar',
        [-6, 12],
        [6, 14],
        [
          [0, cloth.light],
          [0.45, cloth.base],
          [1, cloth.deep],
        ],
      ) +
      clip('collar-edge', collar) +
      path(collar, 'url(#collar)') +
      within('collar-edge', Array.from({ length: 13 }, (_, i) => rib(-4.8 + i * 0.8)).join('')) +
      softLine(
        0.09,
        openCurve([
          [-4.6, 10.4],
          [-2.4, 11.3],
          [0, 11.7],
          [2.4, 11.3],
          [4.6, 10.4],
        ]),
        cloth.light,
        0.3,
        0.8,
      )
    );
  },
  crew: ({ cloth }) => {
    const band: readonly Point[] = both([
      [-5.3, 11.8],
      [-4.6, 13.6],
      [-2.5, 15.3],
      [-0.6, 15.8],
    ]);
    const away = (share: number, down: number): string =>
      openCurve(band.map(([x, y]): Point => [x * share, y + down]));
    return (
      within('body', softLine(0.48, away(1.1, 0.8), cloth.deep, 1, 0.6)) +
      clip('hole', closedCurve([...band, [4.6, 8], [-4.6, 8]])) +
      within('hole', '<use href="#neck-drawing"/>') +
      stroke(openCurve(band), cloth.base, 1) +
      softLine(0.09, away(0.96, -0.3), cloth.light, 0.16, 0.8) +
      stroke(away(1.05, 0.45), cloth.deep, 0.08, 'opacity="0.8"')
    );
  },
  shirt: ({ cloth }) => {
    const stand = (sign: 1 | -1): string =>
      closedCurve([
        [sign * 4.7, 9.9],
        [sign * 5.5, 11.8],
        [sign * 3.4, 15.2],
        [sign * 0.25, 17],
        [sign * 0.4, 15.6],
        [sign * 2.6, 13.6],
        [sign * 4.1, 11.6],
      ]);
    return (
      clip(
        'hole',
        closedCurve([
          [-5, 11],
          [-3.4, 14],
          [0, 17],
          [3.4, 14],
          [5, 11],
          [0, 5],
        ]),
      ) +
      within('hole', '<use href="#neck-drawing"/>') +
      ([-1, 1] as const)
        .map(
          (sign) =>
            soft(0.18, stand(sign), cloth.deep, 0.9) +
            path(stand(sign), sign === -1 ? cloth.light : cloth.base) +
            stroke(stand(sign), cloth.deep, 0.06, 'opacity="0.8"'),
        )
        .join('') +
      softLine(
        0.18,
        openCurve([
          [0.5, 17],
          [0.55, 34],
        ]),
        cloth.deep,
        0.5,
        0.7,
      ) +
      stroke(
        openCurve([
          [0.3, 17],
          [0.3, 34],
        ]),
        cloth.deep,
        0.07,
      ) +
      ellipse([-0.25, 20.2], 0.28, 0.28, cloth.deep, 'opacity="0.85"')
    );
  },
};
