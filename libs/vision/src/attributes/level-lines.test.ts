import { describe, expect, it } from 'vitest';
import { levelLines, strongestWay } from './level-lines.js';
import type { FacePlane } from './upright-face.js';

const BAND = { left: 8, right: 40, top: 8, bottom: 40 };

function plane(lumaAt: (x: number, y: number) => number): FacePlane {
  const [width, height] = [48, 48];
  const data = Float32Array.from({ length: width * height }, (_, k) =>
    lumaAt(k % width, Math.floor(k / width)),
  );
  return { width, height, data };
}

const strength = (of: FacePlane): { readonly dark: number; readonly light: number } => {
  const { dark, light } = levelLines(of);
  return { dark: strongestWay(dark, BAND), light: strongestWay(light, BAND) };
};

describe('level lines', () => {
  it.each([1, 2, 4, 6])('sees a dark line of %i rows', (rows) => {
    const { dark, light } = strength(plane((_, y) => (y >= 20 && y < 20 + rows ? 40 : 100)));
    expect(dark).toBeGreaterThan(29);
    expect(light).toBe(0);
  });

  it('sees a light line', () => {
    const { dark, light } = strength(plane((_, y) => (y >= 20 && y < 23 ? 100 : 40)));
    expect(light).toBeCloseTo(60, 3);
    expect(dark).toBe(0);
  });

  it('follows a line that bends', () => {
    const bent = plane((x, y) => (Math.abs(y - 20 - 5 * Math.sin(x / 8)) < 1.5 ? 40 : 100));
    expect(strength(bent).dark).toBeGreaterThan(40);
  });

  it('sees none in one edge, a slope or an upright line', () => {
    expect(strength(plane((_, y) => (y < 20 ? 100 : 40)))).toEqual({ dark: 0, light: 0 });
    expect(strength(plane((_, y) => y * 4))).toEqual({ dark: 0, light: 0 });
    expect(strength(plane((x) => (x >= 20 && x < 23 ? 40 : 100)))).toEqual({ dark: 0, light: 0 });
  });
});
