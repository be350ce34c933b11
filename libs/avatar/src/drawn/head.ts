import { FACE_OVAL } from '@guise/frame';
import type { DrawnCharacter } from './character.js';
import { pointOf, type FaceShape, type Point } from './face-shape.js';
import {
  clip,
  closedCurve,
  ellipse,
  linear,
  openCurve,
  oval,
  path,
  radial,
  soft,
  softLine,
  within,
  type Markup,
} from './svg.js';

/** From ear to ear over the crown, beyond the mesh: centimetres of an average head. */
const CRANIUM: readonly Point[] = [
  [-7.95, -4.6],
  [-7.7, -7.4],
  [-6.5, -10],
  [-4.2, -11.9],
  [0, -12.7],
];

export interface HeadOutline {
  readonly path: string;
  /** Half the width of the head at ear height. */
  readonly halfWidth: number;
}

/** Jaw and cheeks along the mesh, the crown above it. */
export function headOutline({ face }: DrawnCharacter, shape: FaceShape): HeadOutline {
  const from = FACE_OVAL.indexOf(454);
  const to = FACE_OVAL.indexOf(234);
  const jaw = FACE_OVAL.slice(from, to + 1).map((vertex) => pointOf(shape, vertex));
  const crown = CRANIUM.map(([x, y]): Point => [x * face.temples, y]);
  const back = [...crown.slice(0, -1)].reverse().map(([x, y]): Point => [-x, y]);
  return { path: closedCurve([...jaw, ...crown, ...back]), halfWidth: -pointOf(shape, 234)[0] };
}

export function drawEars({ palette: { skin } }: DrawnCharacter, { halfWidth }: HeadOutline): Markup {
  return ([-1, 1] as const)
    .map((sign) => {
      const at = (x: number, y: number): Point => [sign * (halfWidth + x), y];
      const rim = closedCurve([
        at(-0.9, -2.7),
        at(0.35, -3.2),
        at(1.15, -2.6),
        at(1.2, -1.1),
        at(0.75, 0.3),
        at(0.5, 1.5),
        at(-0.1, 2.2),
        at(-0.9, 1.6),
      ]);
      const fold = openCurve([at(-0.1, -2.3), at(0.6, -2.35), at(0.75, -1.3), at(0.35, -0.3), at(0.2, 0.5)]);
      const id = `ear${sign === 1 ? 'r' : 'l'}`;
      return (
        clip(id, rim) +
        path(rim, sign === 1 ? skin.shade : skin.base) +
        within(
          id,
          soft(0.18, oval(at(-0.35, -0.4), 0.75, 1.9), skin.deep, 0.6) +
            softLine(0.035, fold, skin.deep, 0.2, 0.55) +
            (sign === -1
              ? softLine(0.09, openCurve([at(0.2, -3), at(1, -2.5), at(1.02, -1.1)]), skin.light, 0.3, 0.8)
              : ''),
        )
      );
    })
    .join('');
}

/** The head's skin with its light and shade, light coming from the upper left. */
export function drawSkin(character: DrawnCharacter, shape: FaceShape, head: HeadOutline): Markup {
  const { palette } = character;
  const { skin } = palette;
  const chinY = pointOf(shape, 152)[1];
  const eye = (vertex: number): Point => pointOf(shape, vertex);
  const [rx, ry] = eye(468);
  const [lx, ly] = eye(473);
  const jaw = closedCurve([
    [-7.6, 3],
    [-6.5, 6.5],
    [-3.6, chinY - 0.6],
    [0, chinY + 0.3],
    [3.6, chinY - 0.6],
    [6.6, 6.3],
    [7.8, 2],
    [9.5, 4],
    [8, 11],
    [-8, 11],
    [-9.5, 4],
  ]);
  const side = closedCurve([
    [8.6, -11],
    [5.2, -9.4],
    [6.1, -5],
    [6.5, -2.2],
    [5.3, 0.4],
    [5, 3],
    [3.8, 6.4],
    [1.6, 8.2],
    [0.6, 9.8],
    [7, 11],
    [10, 0],
  ]);
  const cheek = (x: number): Markup => soft(1.1, oval([x, 1.5], 1.5, 1), palette.blush, 0.36);
  const socket = (x: number, y: number, inner: number): Markup =>
    soft(0.48, oval([x, y - 0.75], 2.1, 0.75), skin.shade, 0.6) +
    soft(0.18, oval([x + inner * 1.35, y - 0.7], 0.65, 0.95), skin.shade, 0.55) +
    soft(0.3, oval([x, y + 1.25], 1.5, 0.3), skin.shade, 0.3);
  return (
    clip('head', head.path) +
    linear(
      'skin',
      [-6, -9],
      [6.5, 8],
      [
        [0, skin.light],
        [0.45, skin.base],
        [1, skin.base],
      ],
    ) +
    radial('forehead', [-2, -6.2], 5.5, [
      [0, '#ffffff', 0.3],
      [1, '#ffffff', 0],
    ]) +
    path(head.path, 'url(#skin)') +
    within(
      'head',
      ellipse([-2, -6.2], 5.5, 4, 'url(#forehead)') +
        soft(1.1, side, skin.shade, 0.8) +
        soft(0.75, jaw, skin.shade, 0.75) +
        softLine(0.75, head.path, skin.shade, 1, 0.5) +
        cheek(-4) +
        cheek(4) +
        soft(0.48, oval([-4.1, 0.1], 1.7, 0.8), skin.light, 0.75) +
        soft(0.48, oval([3.7, 0.2], 1.2, 0.7), skin.light, 0.3) +
        socket(rx, ry, 1) +
        socket(lx, ly, -1) +
        crease(shape, 468, skin.deep) +
        crease(shape, 473, skin.deep) +
        softLine(
          0.3,
          openCurve([
            [2, 2.2],
            [2.75, 3.1],
            [3, 3.9],
          ]),
          skin.shade,
          0.3,
          0.4,
        ) +
        soft(0.48, oval([-0.5, chinY - 1.75], 1.3, 0.75), skin.light, 0.7),
    )
  );
}

/** The fold above an eye. */
function crease(shape: FaceShape, iris: number, colour: string): Markup {
  const ids = iris === 468 ? [247, 30, 29, 27, 28, 56, 190] : [467, 260, 259, 257, 258, 286, 414];
  const line = ids.map((vertex) => pointOf(shape, vertex));
  return softLine(0.035, openCurve(line), colour, 0.09, 0.5);
}
