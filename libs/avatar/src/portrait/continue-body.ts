import { planeOf } from './guided-filter.js';

/** Beyond the picture's border a body narrows by so much of the distance from it: shoulders slope, heads are round. */
const SHOULDER_SLOPE = 1.1;
const CROWN_SLOPE = 2.5;

interface Cut {
  readonly width: number;
  readonly height: number;
  /** Distance to the picture's border in stage pixels, negative beyond it. */
  readonly insidePx: (i: number) => number;
}

/**
 * Continues the person's share beyond the picture's left, right and upper border, so that shoulders which the picture cuts
 * do not end at a wall. Below, the view itself ends with the picture.
 */
export function continueBody(alpha: Float32Array, { width, height, insidePx }: Cut): Float32Array {
  const at = (x: number, y: number): number => {
    if (x < 0 || x >= width || y < 0) return 0;
    const i = Math.min(height - 1, y) * width + x;
    return insidePx(i) >= 0 ? (alpha[i] ?? 0) : 0;
  };
  return planeOf(alpha.length, (i) => {
    const beyond = Math.ceil(-insidePx(i));
    if (beyond <= 0) return alpha[i] ?? 0;
    const x = i % width;
    const y = Math.floor(i / width);
    // Two pixels further inwards it is certain to be the picture.
    const shoulder = Math.round(beyond * SHOULDER_SLOPE);
    const across = (column: number): number => Math.min(at(column, y - shoulder), at(column, y + shoulder));
    const crown = Math.round(beyond * CROWN_SLOPE);
    const below = y + beyond + 2;
    return Math.max(
      across(x + beyond + 2),
      across(x - beyond - 2),
      Math.min(at(x - crown, below), at(x + crown, below)),
    );
  });
}
