import type { Geometry, Outline, Point, Size } from 'invisible-watermark-ts';

/** Canonical picture of docs/spec/watermark.md §2, whose maps the detector gives. */
const CANONICAL: Size = { width: 1280, height: 720 };
/** Marked frames whose size nobody recorded are taken to have the canonical shape. */
export const USUAL_SHAPE: Size = CANONICAL;

/** An affine map between points that count from corners of pixels: x = a·X + b·Y + c, y = d·X + e·Y + f. */
type Affine = Geometry['toFrame'];

const apply = ([a, b, c, d, e, f]: Affine, { x, y }: Point): Point => ({
  x: a * x + b * y + c,
  y: d * x + e * y + f,
});

/** The map between pixel centres (the detector's) as one between their corners, or back with a shift of −½. */
function shifted([a, b, c, d, e, f]: Affine, by: number): Affine {
  return [a, b, c + by - by * (a + b), d, e, f + by - by * (d + e)];
}

/** Where the marked frame's corners lie on the canonical grid, which covers it; an upright frame lies on its side there. */
function cornersOnGrid({ width, height }: Size): Outline {
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const scale = Math.max(long / CANONICAL.width, short / CANONICAL.height);
  const [halfX, halfY] = [long / scale / 2, short / scale / 2];
  const at = (x: number, y: number): Point => ({
    x: CANONICAL.width / 2 + x * halfX,
    y: CANONICAL.height / 2 + y * halfY,
  });
  return height > width
    ? [at(-1, -1), at(-1, 1), at(1, 1), at(1, -1)]
    : [at(-1, -1), at(1, -1), at(1, 1), at(-1, 1)];
}

/**
 * Corners of a marked picture in the received frame, in widths and heights of the frame, clockwise as the picture itself
 * sees it and from its own top left.
 * @param marked size of the frames as they were marked
 */
export function regionOf(geometry: Geometry, marked: Size): Outline {
  const toFrame = shifted(geometry.toFrame, 0.5);
  const corner = (point: Point): Point => {
    const { x, y } = apply(toFrame, point);
    return { x: x / geometry.width, y: y / geometry.height };
  };
  const [a, b, c, d] = cornersOnGrid(marked);
  return [corner(a), corner(b), corner(c), corner(d)];
}

/** The geometry that `regionOf` made a region of; null when the region has no area. */
export function geometryOf(region: Outline, marked: Size, { width, height }: Size): Geometry | null {
  const [gridA, gridB, , gridD] = cornersOnGrid(marked);
  const pixels = (point: Point): Point => ({ x: point.x * width, y: point.y * height });
  const [a, b, d] = [pixels(region[0]), pixels(region[1]), pixels(region[3])];
  // Along the grid's X and Y from the first corner: its neighbours, in turned order for an upright frame.
  const isUpright = gridA.x === gridB.x;
  const [alongX, alongY] = isUpright ? [d, b] : [b, d];
  const [gridX, gridY] = isUpright ? [gridD, gridB] : [gridB, gridD];
  const [spanX, spanY] = [gridX.x - gridA.x, gridY.y - gridA.y];
  const [p, r] = [(alongX.x - a.x) / spanX, (alongX.y - a.y) / spanX];
  const [q, s] = [(alongY.x - a.x) / spanY, (alongY.y - a.y) / spanY];
  if (!(Math.abs(p * s - q * r) > 1e-6)) return null;
  const corners: Affine = [p, q, a.x - p * gridA.x - q * gridA.y, r, s, a.y - r * gridA.x - s * gridA.y];
  return { width, height, toFrame: shifted(corners, -0.5) };
}

/** A fingerprint has 4 × 4 tiles (docs/spec/watermark.md §9). */
const TILES_PER_SIDE = 4;
/** What was received of a tile is measured at so many places along its sides. */
const PLACES = 8;

/** How much of each tile of a marked picture was received, row by row: 0 to PLACES². */
export function receivedTiles(region: Outline): readonly number[] {
  const [a, b, , d] = region;
  const received = new Array<number>(TILES_PER_SIDE ** 2).fill(0);
  const steps = TILES_PER_SIDE * PLACES;
  for (let row = 0; row < steps; row += 1) {
    for (let column = 0; column < steps; column += 1) {
      const [u, v] = [(column + 0.5) / steps, (row + 0.5) / steps];
      const x = a.x + u * (b.x - a.x) + v * (d.x - a.x);
      const y = a.y + u * (b.y - a.y) + v * (d.y - a.y);
      const tile = TILES_PER_SIDE * Math.floor(row / PLACES) + Math.floor(column / PLACES);
      if (x >= 0 && x <= 1 && y >= 0 && y <= 1) received[tile] = (received[tile] ?? 0) + 1;
    }
  }
  return received;
}

/**
 * Share of what was received of a marked picture that was compared with the evidence, 0–1: tiles that the frame cuts are
 * received in part and not compared at all.
 * @param received from `receivedTiles`
 * @param tiles their distances, row by row; null where one was not compared
 */
export function comparedShare(received: readonly number[], tiles: readonly (number | null)[]): number {
  const all = received.reduce((sum, part) => sum + part, 0);
  const compared = received.reduce((sum, part, tile) => sum + ((tiles[tile] ?? null) === null ? 0 : part), 0);
  return all === 0 ? 0 : compared / all;
}
