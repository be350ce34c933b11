import { boxMean, planeOf } from './guided-filter.js';

/** Shares from which a pixel hangs together with its neighbours. */
const SOLID = 0.5;

/**
 * The part of a mask that hangs together with `seed` (a pixel's index), with what is soft within `reachPx` of it. A person is one
 * piece: islands elsewhere are hills, plants and lamps that a network took for people.
 */
export function connectedTo(
  seed: number,
  shares: Float32Array,
  width: number,
  height: number,
  reachPx: number,
): Float32Array {
  const piece = new Float32Array(shares.length);
  const waiting = [seed];
  const visit = (i: number): void => {
    if (piece[i] === 1 || (shares[i] ?? 0) < SOLID) return;
    piece[i] = 1;
    waiting.push(i);
  };
  visit(seed);
  for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
    const column = i % width;
    if (column > 0) visit(i - 1);
    if (column < width - 1) visit(i + 1);
    if (i >= width) visit(i - width);
    if (i < width * (height - 1)) visit(i + width);
  }
  const near = boxMean(piece, width, height, reachPx);
  return planeOf(shares.length, (i) => {
    const share = shares[i] ?? 0;
    return (near[i] ?? 0) > 1e-4 && (piece[i] === 1 || share < SOLID) ? share : 0;
  });
}

const NOSE_TIP = 4;

/** Index of the pixel at the tip of the nose: certainly the person's. */
export function nosePixel(landmarks: Float32Array, width: number, height: number): number {
  const within = (axis: 0 | 1, side: number): number =>
    Math.max(0, Math.min(side - 1, Math.floor(landmarks[NOSE_TIP * 3 + axis] ?? 0)));
  return within(1, height) * width + within(0, width);
}
