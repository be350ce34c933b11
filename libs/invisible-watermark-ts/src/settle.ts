import { type ChipGrid, chipSpectrum } from './chip-grid.js';
import { CANONICAL_HEIGHT, CANONICAL_WIDTH, CHIP_COUNT, CHIP_PITCH } from './format.js';
import { type Affine, compose } from './geometry.js';
import { Refiner } from './refine.js';
import { type Look, lookNear } from './source-grid.js';
import { chipZ, normalize } from './statistics.js';
import type { FrameWindow } from './window.js';

/** A pilot as clear as this lies in place: half a picture shows less than half of it. */
export const SETTLED_PILOT_Z = 20;
/** Turns of a picture that is also read, though only in a part, without turning it. */
const TURNS_DEG = [-2.4, -2, -1.6, -1.2, -0.8, -0.4, 0, 0.4, 0.8, 1.2, 1.6, 2, 2.4];
/** How far such a part may be from its place. */
const REACH_CHIPS = 4;

/**
 * Puts a picture that was read where all of it fits: a slightly turned one is also read where only half of it does, and its pilot
 * alone does not lead away from there. Now that the codeword is known its chips show the place nearly twice as clearly.
 * @param chips layer A of the session that was read
 * @returns the clearest geometry nearby, which may be the given one
 */
export function settle(window: FrameWindow, toFrame: Affine, grid: ChipGrid, chips: Int8Array): Affine {
  const look = lookNear(window, toFrame, 'full');
  const spectrum = chipSpectrum(grid.fft, chips);
  const values = new Float32Array(CHIP_COUNT);
  let best = { z: -Infinity, map: toFrame };
  for (const turnDeg of TURNS_DEG) {
    const map = turned(toFrame, turnDeg);
    const { z, dx, dy } = grid.peak(look(map, values), spectrum, REACH_CHIPS);
    if (z > best.z) best = { z, map: compose(map, [1, 0, CHIP_PITCH * dx, 0, 1, CHIP_PITCH * dy]) };
  }
  const refined = new Refiner(chips).refine(look, best.map);
  return refined.z > clearness(look, toFrame, chips) ? refined.toFrame : toFrame;
}

function clearness(look: Look, toFrame: Affine, chips: Int8Array): number {
  const values = look(toFrame, new Float32Array(CHIP_COUNT));
  normalize(values);
  return chipZ(values, chips);
}

/** A map's picture set upright, and turned about its middle as seen in the frame. */
function turned([a, b, c, d, e, f]: Affine, turnDeg: number): Affine {
  const [middleX, middleY] = [(CANONICAL_WIDTH - 1) / 2, (CANONICAL_HEIGHT - 1) / 2];
  const at = { x: a * middleX + b * middleY + c, y: d * middleX + e * middleY + f };
  const [width, height] = [Math.hypot(a, d), Math.hypot(b, e)];
  // Canonical columns lie along the frame's rows, or across them in an upright picture.
  const [p, q, r, s] =
    Math.abs(a) >= Math.abs(d)
      ? [Math.sign(a) * width, 0, 0, Math.sign(e) * height]
      : [0, Math.sign(b) * height, Math.sign(d) * width, 0];
  const [cos, sin] = [Math.cos((turnDeg * Math.PI) / 180), Math.sin((turnDeg * Math.PI) / 180)];
  const [ta, tb, td, te] = [cos * p - sin * r, cos * q - sin * s, sin * p + cos * r, sin * q + cos * s];
  return [ta, tb, at.x - ta * middleX - tb * middleY, td, te, at.y - td * middleX - te * middleY];
}
