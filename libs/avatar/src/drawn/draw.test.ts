import { describe, expect, it } from 'vitest';
import { admitFace } from '../mesh/admit-face.js';
import { DRAWN_CHARACTERS } from './character.js';
import { drawCharacter } from './draw.js';
import { pointOf, shapeFace } from './face-shape.js';

describe.each(DRAWN_CHARACTERS.map((character) => [character.id, character] as const))(
  '%s',
  (_, character) => {
    const drawing = drawCharacter(character);
    const { width, height, landmarks } = drawing;

    it('has a face that renderers admit, from the front, within a wide view', () => {
      const fit = admitFace({ width, height, data: { length: width * height * 3 } }, landmarks);
      expect(fit.turnDeg).toBeLessThan(6);
      expect(fit.residualCm).toBeLessThan(0.6);
      // A portrait shows 42 cm around the head: the picture covers them.
      expect(height / fit.scale).toBeGreaterThan(42);
      expect(width / height).toBeCloseTo(16 / 9, 2);
    });

    it('is drawn alike every time, with markup that is closed and numbers that are numbers', () => {
      expect(drawCharacter(character)).toEqual(drawing);
      for (const markup of [drawing.person, drawing.background]) {
        expect(markup).not.toMatch(/NaN|undefined|Infinity/);
        expect(markup.split('<g').length).toBe(markup.split('</g>').length);
        const ids = new Set(Array.from(markup.matchAll(/id="([^"]+)"/g), ([, id]) => id));
        for (const [, id] of markup.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id);
      }
    });

    it('has a shut mouth, open eyes, and brows that lids do not move', () => {
      const shape = shapeFace(character);
      const y = (vertex: number): number => pointOf(shape, vertex)[1];
      expect(y(14) - y(13)).toBe(0);
      expect(y(145) - y(159)).toBeGreaterThan(0.9);
      // The fold over the lid, which goes along with it, is below the lower edge of the brow as it is drawn.
      for (const [fold, lower, upper] of [
        [223, 52, 105],
        [443, 282, 334],
      ] as const)
        expect(y(fold)).toBeGreaterThan((y(lower) + y(upper)) / 2 + character.face.browCm);
    });
  },
);

it('tells characters apart by name, hair, clothes and colour', () => {
  for (const of of ['id', 'name', 'hair', 'clothes'] as const)
    expect(new Set(DRAWN_CHARACTERS.map((character) => character[of])).size).toBe(DRAWN_CHARACTERS.length);
  expect(new Set(DRAWN_CHARACTERS.map((character) => character.palette.skin.base)).size).toBe(
    DRAWN_CHARACTERS.length,
  );
});
