import type { DrawnCharacter } from './character.js';
import type { Point } from './face-shape.js';
import { HAIR, type Hair } from './hair-styles.js';
import { clip, closedCurve, linear, oval, path, ribbon, soft, softLine, within, type Markup } from './svg.js';

/** A style fitted to the width of a head. */
function fitHair({ hair, face }: DrawnCharacter): Hair {
  const fit = (line: readonly Point[]): readonly Point[] =>
    line.map(([x, y]): Point => [x * face.temples, y]);
  const { behind, front, strands } = HAIR[hair];
  return { behind: behind === null ? null : fit(behind), front: front.map(fit), strands: strands.map(fit) };
}

export function drawHairBehind(character: DrawnCharacter): Markup {
  const { palette } = character;
  const { behind } = fitHair(character);
  if (behind === null) return '';
  const outline = closedCurve(behind);
  return (
    path(outline, palette.hair.deep) +
    clip('hair-behind', outline) +
    within('hair-behind', soft(0.75, oval([-7, -9], 3.4, 5), palette.hair.base, 0.9))
  );
}

export function drawHair(character: DrawnCharacter): Markup {
  const { palette } = character;
  const { front, strands } = fitHair(character);
  const { light, base, deep } = palette.hair;
  const lock = (line: readonly Point[], i: number): Markup => {
    const outline = closedCurve(line);
    const id = `hair-${String(i)}`;
    return (
      clip(id, outline) +
      path(outline, 'url(#hair)') +
      within(
        id,
        soft(0.75, oval([-3.4, -12.4], 3.8, 1.7), light, 0.85) +
          soft(0.75, oval([8.4, -6], 1.9, 5), deep, 0.9) +
          strands.map((strand) => lockOf(strand, light, deep)).join('') +
          softLine(0.18, outline, deep, 0.3, 0.35),
      )
    );
  };
  const contact = front
    .map((line) =>
      soft(0.3, closedCurve(line.map(([x, y]): Point => [x + 0.12, y + 0.5])), palette.skin.deep, 0.55),
    )
    .join('');
  return (
    linear(
      'hair',
      [-6, -14],
      [6, -3],
      [
        [0, light],
        [0.35, base],
        [1, deep],
      ],
    ) +
    within('head', contact) +
    front.map(lock).join('')
  );
}

/** One lock's edge: a tapered line of shade with light beside it. */
function lockOf(line: readonly Point[], light: string, deep: string): Markup {
  const half = (most: number): readonly number[] =>
    line.map((_, k) => 0.015 + most * Math.sin((Math.PI * (k + 0.5)) / line.length));
  const beside = line.map(([x, y]): Point => [x - 0.2, y - 0.26]);
  return (
    path(ribbon(line, half(0.09)), deep, 'opacity="0.55"') +
    path(ribbon(beside, half(0.1)), light, 'opacity="0.45"')
  );
}
