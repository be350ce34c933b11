import type { FacePlane } from './upright-face.js';

/** How strongly a level line, darker or lighter than what is above and below it, passes each pixel; code values. */
export interface LevelLines {
  readonly dark: FacePlane;
  readonly light: FacePlane;
}

/** Rows that an edge is averaged over, on each side of it. */
const EDGE_ROWS = [1, 2] as const;
/** Half the thickness of the thickest line, pixels: glasses of acetate have rims of up to a tenth of the distance between the eyes. */
const THICKEST = 4;

/** A line is a falling and a rising edge, one close above the other; a lid or a shadow is one edge alone. */
export function levelLines(luma: FacePlane): LevelLines {
  const { width, height } = luma;
  const dark = new Float32Array(luma.data.length);
  const light = new Float32Array(luma.data.length);
  for (const rows of EDGE_ROWS) {
    const edges = levelEdges(luma, rows);
    for (let half: number = rows; half <= THICKEST; half++) {
      for (let k = half * width; k < edges.length - half * width; k++) {
        const [upper, lower] = [edges[k - half * width] ?? 0, edges[k + half * width] ?? 0];
        dark[k] = Math.max(dark[k] ?? 0, Math.min(-upper, lower));
        light[k] = Math.max(light[k] ?? 0, Math.min(upper, -lower));
      }
    }
  }
  return { dark: { width, height, data: dark }, light: { width, height, data: light } };
}

/** Mean of the rows below less that of the rows above, over three columns. */
function levelEdges({ width, height, data }: FacePlane, rows: number): Float32Array {
  const edges = new Float32Array(data.length);
  for (let y = rows; y < height - rows; y++) {
    for (let x = 1; x < width - 1; x++) {
      let sum = 0;
      for (let row = 1; row <= rows; row++)
        for (let k = y * width + x - 1; k <= y * width + x + 1; k++)
          sum += (data[k + row * width] ?? 0) - (data[k - row * width] ?? 0);
      edges[y * width + x] = sum / (3 * rows);
    }
  }
  return edges;
}

/** A rectangle of pixels, both ends included. */
export interface Band {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * Mean strength along the strongest way across a band from its left to its right end, at most one row up or down a
 * column (dynamic programming).
 */
export function strongestWay({ width, data }: FacePlane, { left, right, top, bottom }: Band): number {
  const rows = bottom - top + 1;
  let best = new Float32Array(rows);
  for (let x = left; x <= right; x++) {
    const before = best;
    best = before.map((value, row) => {
      const from = Math.max(value, before[row - 1] ?? 0, before[row + 1] ?? 0);
      return from + (data[(top + row) * width + x] ?? 0);
    });
  }
  return Math.max(...best) / (right - left + 1);
}
