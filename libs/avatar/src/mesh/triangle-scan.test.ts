import { expect, it } from 'vitest';
import fc from 'fast-check';
import { TriangleScan } from './triangle-scan.js';

const SIDE = 24;
/** Centres this near to an edge may go either way. */
const EDGE_PX = 0.05;

it('covers the pixels whose centres are inside, and no others', () => {
  const place = fc.double({ min: -6, max: SIDE + 6, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(place, { minLength: 6, maxLength: 6 }),
      ([ax = 0, ay = 0, bx = 0, by = 0, cx = 0, cy = 0]) => {
        const scan = new TriangleScan(SIDE, SIDE);
        const covered = new Set<number>();
        if (scan.start(ax, ay, bx, by, cx, cy))
          for (let y = scan.top; y <= scan.bottom; y++)
            if (scan.row(y)) for (let x = scan.first; x <= scan.last; x++) covered.add(y * SIDE + x);
        const turn = Math.sign(scan.area);
        const beside = (px: number, py: number, x0: number, y0: number, x1: number, y1: number): number =>
          (turn * ((x1 - x0) * (py - y0) - (y1 - y0) * (px - x0))) /
          Math.max(1e-9, Math.hypot(x1 - x0, y1 - y0));
        for (let i = 0; i < SIDE * SIDE; i++) {
          const [px, py] = [(i % SIDE) + 0.5, Math.floor(i / SIDE) + 0.5];
          const inside = Math.min(
            beside(px, py, ax, ay, bx, by),
            beside(px, py, bx, by, cx, cy),
            beside(px, py, cx, cy, ax, ay),
          );
          if (inside > EDGE_PX) expect(covered.has(i)).toBe(true);
          if (inside < -EDGE_PX) expect(covered.has(i)).toBe(false);
        }
      },
    ),
    { seed: 20261122 },
  );
});
