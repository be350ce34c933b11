import { CANONICAL_HEIGHT, CANONICAL_WIDTH } from './format.js';
import type { Affine } from './geometry.js';
import type { Outline, Point, Size } from './types.js';

/** The part of the canonical picture between these edges, in canonical pixels: x from `left` to `right`, y from `top` to `bottom`. */
export interface CanonicalBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const WHOLE_PICTURE: CanonicalBox = {
  left: 0,
  top: 0,
  right: CANONICAL_WIDTH,
  bottom: CANONICAL_HEIGHT,
};

/**
 * Corners of a part of the marked picture in the received frame, clockwise as the picture itself sees it and from its own
 * top left. An upright picture is marked on the transposed grid, so that its own top right is the grid's bottom left.
 */
export function outline(toFrame: Affine, box: CanonicalBox = WHOLE_PICTURE): Outline {
  const { left, top, right, bottom } = box;
  const topLeft = corner(toFrame, left, top);
  const topRight = corner(toFrame, right, top);
  const bottomRight = corner(toFrame, right, bottom);
  const bottomLeft = corner(toFrame, left, bottom);
  return isTransposed(toFrame)
    ? [topLeft, bottomLeft, bottomRight, topRight]
    : [topLeft, topRight, bottomRight, bottomLeft];
}

/** Corners lie on pixel edges, half a pixel before the pixel's centre, in both systems. */
function corner([a, b, c, d, e, f]: Affine, x: number, y: number): Point {
  return {
    x: a * (x - 0.5) + b * (y - 0.5) + c + 0.5,
    y: d * (x - 0.5) + e * (y - 0.5) + f + 0.5,
  };
}

function isTransposed([a, b]: Affine): boolean {
  return Math.abs(b) > Math.abs(a);
}

/** Whether a point lies in a convex outline, its border included, whichever way round the corners run. */
export function isInside(region: Outline, { x, y }: Point): boolean {
  let turns = 0;
  region.forEach((from, index) => {
    const to = region[(index + 1) % region.length] ?? from;
    turns += Math.sign((to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x)) || 0.5;
  });
  return Math.abs(turns) > 3;
}

/** Upright box around an outline, within a frame; empty boxes have no columns or no rows. */
export function boundsOf(region: Outline, { width, height }: Size): CanonicalBox {
  const xs = region.map(({ x }) => x);
  const ys = region.map(({ y }) => y);
  return {
    left: Math.max(0, Math.floor(Math.min(...xs))),
    top: Math.max(0, Math.floor(Math.min(...ys))),
    right: Math.min(width, Math.ceil(Math.max(...xs))),
    bottom: Math.min(height, Math.ceil(Math.max(...ys))),
  };
}
