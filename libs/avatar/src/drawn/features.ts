import { LEFT_BROW, LEFT_EYE, LIPS_INNER, LIPS_OUTER, RIGHT_BROW, RIGHT_EYE } from '@guise/frame';
import type { DrawnCharacter } from './character.js';
import { pointOf, type FaceShape, type Point } from './face-shape.js';
import {
  clip,
  closedCurve,
  ellipse,
  openCurve,
  oval,
  path,
  radial,
  ribbon,
  soft,
  softLine,
  stroke,
  within,
  type Markup,
} from './svg.js';

type Side = 'right' | 'left';
const SIDES: readonly Side[] = ['right', 'left'];

/** Everything between the hairline and the chin that is not skin. */
export function drawFeatures(character: DrawnCharacter, shape: FaceShape): Markup {
  const eyes = SIDES.map((side) => drawEye(character, shape, side)).join('');
  const brows = SIDES.map((side) => drawBrow(character, shape, side)).join('');
  return drawNose(character, shape) + drawMouth(character, shape) + eyes + brows;
}

function drawEye({ palette }: DrawnCharacter, shape: FaceShape, side: Side): Markup {
  const ring = side === 'right' ? RIGHT_EYE : LEFT_EYE;
  const iris = side === 'right' ? 468 : 473;
  const points = ring.map((vertex) => pointOf(shape, vertex));
  const upper = points.slice(0, 9);
  const lower = [...points.slice(8), ...points.slice(0, 1)];
  const outline = closedCurve(points);
  const [cx, cy] = pointOf(shape, iris);
  const radius = pointOf(shape, iris + 1)[0] - cx;
  const id = `eye-${side}`;
  const raised = (line: readonly Point[], by: number): readonly Point[] => line.map(([x, y]) => [x, y + by]);
  // The lash line is thickest towards the outer corner and lies above the opening: it goes along with the lid.
  const outer = side === 'right' ? 0 : 8;
  const thick = upper.map(
    (_, k) => 0.05 + 0.085 * Math.sin((Math.PI * (k + 1)) / 10) + 0.05 * Math.exp(-((k - outer) ** 2) / 6),
  );
  const ball =
    path(outline, '#f3f4f4') +
    softLine(0.09, openCurve(raised(upper, 0.05)), palette.skin.deep, 0.42, 0.55) +
    ellipse([cx, cy], radius, radius, `url(#${id}-iris)`) +
    `<circle cx="${cx}" cy="${cy}" r="${radius - 0.04}" fill="none" stroke="${palette.iris[1]}" stroke-width="0.09" opacity="0.75"/>` +
    ellipse([cx, cy], radius * 0.42, radius * 0.42, '#12161c') +
    ellipse([cx - 0.22, cy - 0.24], 0.15, 0.15, '#ffffff', 'opacity="0.95"') +
    ellipse([cx + 0.2, cy + 0.27], 0.08, 0.08, '#ffffff', 'opacity="0.4"') +
    softLine(0.035, openCurve(raised(upper, 0.06)), palette.hair.deep, 0.2, 0.5);
  return (
    clip(id, outline) +
    radial(`${id}-iris`, [cx, cy + 0.25], radius * 1.15, [
      [0, palette.iris[0]],
      [0.55, palette.iris[0]],
      [1, palette.iris[1]],
    ]) +
    within(id, ball) +
    path(ribbon(raised(upper, -0.07), thick), palette.hair.deep) +
    stroke(openCurve(raised(lower, 0.05)), palette.skin.deep, 0.07, 'opacity="0.55"')
  );
}

function drawBrow({ face, palette }: DrawnCharacter, shape: FaceShape, side: Side): Markup {
  const ids = side === 'right' ? RIGHT_BROW : LEFT_BROW;
  // The two rows of five run from the outer end inwards: the brow is drawn along their middle.
  const middle = [0, 1, 2, 3, 4].map((k): Point => {
    const [ax, ay] = pointOf(shape, ids[k] ?? 0);
    const [bx, by] = pointOf(shape, ids[k + 5] ?? 0);
    return [(ax + bx) / 2, (ay + by) / 2];
  });
  const half = [0.06, 0.72, 0.95, 1, 0.78].map((share) => share * face.browCm);
  return (
    path(ribbon(middle, half), palette.hair.base, 'opacity="0.92"') +
    soft(
      0.035,
      ribbon(
        middle,
        half.map((v) => v * 1.05),
      ),
      palette.hair.base,
      0.5,
    )
  );
}

function drawNose({ palette: { skin } }: DrawnCharacter, shape: FaceShape): Markup {
  const [tipX, tipY] = pointOf(shape, 4);
  const [leftX, wingY] = pointOf(shape, 98);
  const [rightX] = pointOf(shape, 327);
  const base = pointOf(shape, 2)[1];
  const wide = (rightX - leftX) / 2;
  const bridge: readonly Point[] = [
    [0.75, -3.4],
    [0.78, -1.8],
    [0.98, -0.4],
    [1.45, 0.6],
    [wide + 0.45, wingY - 0.35],
    [0.9, base - 0.2],
    [0.35, tipY + 0.2],
    [0.3, -1.5],
    [0.28, -3],
  ];
  const wing = (sign: 1 | -1): string =>
    openCurve([
      [sign * (wide + 0.1), wingY - 1],
      [sign * (wide + 0.36), wingY - 0.45],
      [sign * (wide + 0.2), wingY - 0.02],
      [sign * (wide - 0.22), wingY + 0.02],
    ]);
  const nostril = (sign: 1 | -1): string =>
    ribbon(
      [
        [sign * (wide - 0.12), wingY + 0.02],
        [sign * (wide - 0.5), wingY - 0.02],
        [sign * (wide - 0.85), wingY + 0.16],
      ],
      [0.03, 0.13, 0.03],
    );
  return (
    soft(0.3, closedCurve(bridge), skin.shade, 0.75) +
    soft(0.18, oval([0.15, base + 0.45], wide + 0.35, 0.4), skin.shade, 0.85) +
    soft(
      0.18,
      closedCurve([
        [-0.5, -3.2],
        [-0.1, -3],
        [0, tipY - 0.4],
        [-0.55, tipY - 0.2],
      ]),
      skin.light,
      0.8,
    ) +
    soft(0.18, oval([tipX - 0.35, tipY + 0.1], 0.55, 0.42), '#ffffff', 0.32) +
    softLine(0.035, wing(1), skin.deep, 0.13, 0.6) +
    softLine(0.035, wing(-1), skin.deep, 0.1, 0.42) +
    path(nostril(1), skin.deep, 'opacity="0.85"') +
    path(nostril(-1), skin.deep, 'opacity="0.75"')
  );
}

function drawMouth({ palette: { skin, lips } }: DrawnCharacter, shape: FaceShape): Markup {
  const outer = LIPS_OUTER.map((vertex) => pointOf(shape, vertex));
  const seam = LIPS_INNER.slice(0, 11).map((vertex) => pointOf(shape, vertex));
  const left = outer[0] ?? [0, 0];
  const right = outer[10] ?? [0, 0];
  const line = [left, ...seam, right];
  const upper = closedCurve([...outer.slice(0, 11), ...[...seam].reverse()]);
  const whole = closedCurve(outer);
  const [, top] = outer[5] ?? [0, 0];
  const [, bottom] = outer[15] ?? [0, 0];
  const half = line.map((_, k) => 0.02 + 0.055 * Math.sin((Math.PI * k) / (line.length - 1)));
  const inside =
    path(whole, lips) +
    soft(0.035, upper, skin.deep, 0.3) +
    soft(0.18, oval([-0.35, bottom - 0.42], 0.95, 0.22), '#ffffff', 0.4) +
    soft(0.09, oval([0, bottom - 0.02], 1.7, 0.18), skin.deep, 0.4);
  return (
    soft(0.18, oval([0, bottom + 0.42], 1.5, 0.3), skin.shade, 0.75) +
    soft(
      0.18,
      closedCurve([
        [-0.2, top - 0.9],
        [0.3, top - 0.9],
        [0.35, top - 0.2],
        [-0.25, top - 0.2],
      ]),
      skin.shade,
      0.3,
    ) +
    clip('lips', whole) +
    soft(0.035, whole, lips, 0.9) +
    within('lips', inside) +
    path(ribbon(line, half), skin.deep) +
    [left, right].map(([x, y]) => soft(0.09, oval([x, y], 0.2, 0.16), skin.deep, 0.6)).join('')
  );
}
