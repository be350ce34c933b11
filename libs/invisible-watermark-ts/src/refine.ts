import type { ChipGrid } from './chip-grid.js';
import type { Candidate } from './coarse-search.js';
import { CANONICAL_HEIGHT, CANONICAL_WIDTH, CHIP_PITCH } from './format.js';
import { type Affine, compose } from './geometry.js';
import type { Picture } from './resample.js';
import type { FrameWindow } from './window.js';

/** A shift further than this belongs to another candidate. */
const REACH_CHIPS = 3;
const FIRST_SCALE_STEP = 0.004;
const FIRST_ROTATION_STEP_DEG = 0.3;
/** A round that gains less than this in z is the last of its step size. */
const LEAST_GAIN = 0.15;
const MAX_ROUNDS = 4;

/** Climbs from a coarse guess to the geometry with the clearest pilot: rotation, scale, both axes apart, shift. */
export class Refiner {
  /** Geometries scored so far: they widen the bound on false positives. */
  scored = 0;

  constructor(
    private readonly grid: ChipGrid,
    private readonly window: FrameWindow,
  ) {}

  refine(start: Affine, depth: number): Candidate {
    const source = this.window.searchResidual(this.window.gridFor(start));
    let best = this.score(source, this.score(source, start).toFrame);
    for (let level = 0; level < depth; level++) best = this.climb(source, best, 2 ** -level, level > 0);
    return best;
  }

  private climb(source: Picture, from: Candidate, step: number, axes: boolean): Candidate {
    let best = from;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const before = best.z;
      for (const move of moves(step, axes)) {
        const next = this.score(source, compose(best.toFrame, move));
        if (next.z > best.z) best = next;
      }
      if (best.z - before < LEAST_GAIN) break;
    }
    return best;
  }

  /** z at the best shift nearby, and the geometry moved there. */
  private score(source: Picture, toFrame: Affine): Candidate {
    this.scored++;
    const { z, dx, dy } = this.grid.pilotPeak(this.window.toChips(source, toFrame), REACH_CHIPS);
    return { z, toFrame: compose(toFrame, [1, 0, CHIP_PITCH * dx, 0, 1, CHIP_PITCH * dy]) };
  }
}

/** Small changes about the centre of the canonical grid. */
function moves(step: number, axes: boolean): Affine[] {
  const e = FIRST_SCALE_STEP * step;
  const r = (FIRST_ROTATION_STEP_DEG * step * Math.PI) / 180;
  const both = [about(1 + e, 1 + e, 0), about(1 - e, 1 - e, 0), about(1, 1, r), about(1, 1, -r)];
  return axes
    ? [...both, about(1 + e, 1, 0), about(1 - e, 1, 0), about(1, 1 + e, 0), about(1, 1 - e, 0)]
    : both;
}

function about(scaleX: number, scaleY: number, angle: number): Affine {
  const x = (CANONICAL_WIDTH - 1) / 2;
  const y = (CANONICAL_HEIGHT - 1) / 2;
  const [a, b, d, e] = [
    scaleX * Math.cos(angle),
    -scaleX * Math.sin(angle),
    scaleY * Math.sin(angle),
    scaleY * Math.cos(angle),
  ];
  return [a, b, x - a * x - b * y, d, e, y - d * x - e * y];
}
