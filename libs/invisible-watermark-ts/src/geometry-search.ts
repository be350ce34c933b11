import type { ChipGrid } from './chip-grid.js';
import { type Candidate, CoarseSearch } from './coarse-search.js';
import { CANONICAL_HEIGHT, CANONICAL_WIDTH, CHIP_COUNT, CHIP_PITCH } from './format.js';
import { type Affine, compose, coverGeometry } from './geometry.js';
import { Refiner } from './refine.js';
import { alignedMaps, type Guess, rotationStages, scaleStages } from './search-space.js';
import type { SearchReach } from './types.js';
import type { FrameWindow } from './window.js';

/** What has been tried: it widens the bound on false positives. */
export interface SearchEffort {
  /** Geometries at which a payload may have been read. */
  geometries: number;
  /** Pilot correlations compared. */
  pilotTrials: number;
}

/** Shifts of up to this many chips count as aligned. */
const LOCAL_REACH = 3;
const LOCAL_SHIFTS = (2 * LOCAL_REACH + 1) ** 2;
/** Pilot z from which an aligned map is worth reading as it is. */
const LOCAL_Z = 3;
/** Pilot z from which a candidate is worth refining: near the aligned place, and anywhere. */
const LOCAL_REFINE_Z = 3.7;
const GLOBAL_Z = 4.8;
/** From here on a candidate is worth a deep refinement. */
const CLEAR_Z = 6.5;
const SHALLOW_DEPTH = 2;
const DEEP_DEPTH = 4;
const CANDIDATES_PER_STAGE = 3;
/** Candidates whose centres are closer than this, in received pixels relative to the frame's width, are one. */
const SAME_PLACE = 0.01;

/** Proposes geometries, likeliest first; the caller stops when one can be read. */
export class GeometrySearch {
  private readonly coarse: CoarseSearch;

  constructor(
    private readonly grid: ChipGrid,
    pilot: Int8Array,
  ) {
    this.coarse = new CoarseSearch(pilot);
  }

  *candidates(window: FrameWindow, reach: SearchReach, effort: SearchEffort): Generator<Candidate> {
    if (isBlank(window)) return;
    yield* this.aligned(window, effort);
    if (reach === 'aligned') return;
    for (const stage of scaleStages(window.size)) yield* this.swept(window, stage, effort);
    if (reach === 'scaled') return;
    for (const stage of rotationStages(window.size)) yield* this.swept(window, stage, effort);
  }

  /** The plain maps as they are, then the places where a whole-frame pilot search finds something. */
  private *aligned(window: FrameWindow, effort: SearchEffort): Generator<Candidate> {
    const maps = alignedMaps(window.size);
    const elsewhere: Candidate[] = [];
    for (const toFrame of maps) {
      const residual = window.toChips(window.searchResidual(window.gridFor(toFrame)), toFrame);
      const local = this.grid.pilotPeak(residual, LOCAL_REACH);
      effort.pilotTrials += LOCAL_SHIFTS;
      if (local.z >= LOCAL_Z || toFrame === maps[0]) yield { toFrame, z: local.z };
      if (local.z >= LOCAL_REFINE_Z) elsewhere.push({ toFrame: shifted(toFrame, local), z: local.z });
      const far = this.grid.pilotPeak(residual, Infinity);
      if (far.z >= GLOBAL_Z) elsewhere.push({ toFrame: shifted(toFrame, far), z: far.z });
    }
    effort.pilotTrials += maps.length * CHIP_COUNT;
    yield* this.refined(window, elsewhere, effort);
  }

  private *swept(window: FrameWindow, guesses: readonly Guess[], effort: SearchEffort): Generator<Candidate> {
    const found: Candidate[] = [];
    for (const guess of guesses) {
      const candidate = this.coarse.try(window, guess);
      effort.pilotTrials += CHIP_COUNT;
      if (candidate !== null && candidate.z >= GLOBAL_Z) found.push(candidate);
    }
    yield* this.refined(window, found, effort);
  }

  private *refined(
    window: FrameWindow,
    found: readonly Candidate[],
    effort: SearchEffort,
  ): Generator<Candidate> {
    for (const candidate of distinct(found, window.size.width)) {
      const refiner = new Refiner(this.grid, window);
      let best = refiner.refine(candidate.toFrame, candidate.z > CLEAR_Z ? DEEP_DEPTH : SHALLOW_DEPTH);
      if (candidate.z <= CLEAR_Z && best.z > CLEAR_Z) best = refiner.refine(best.toFrame, DEEP_DEPTH);
      effort.pilotTrials += refiner.scored * LOCAL_SHIFTS;
      yield best;
    }
  }
}

/** A residual this weak, in units of its local energy, is rounding noise of a picture without detail. */
const BLANK_RESIDUAL = 1e-3;

function isBlank(window: FrameWindow): boolean {
  const { samples } = window.searchResidual(window.gridFor(coverGeometry(window.size).toFrame));
  return samples.every((value) => Math.abs(value) < BLANK_RESIDUAL);
}

function shifted(toFrame: Affine, { dx, dy }: { dx: number; dy: number }): Affine {
  return compose(toFrame, [1, 0, CHIP_PITCH * dx, 0, 1, CHIP_PITCH * dy]);
}

/** The clearest candidates at different places. */
function distinct(found: readonly Candidate[], frameWidth: number): Candidate[] {
  const kept: { candidate: Candidate; x: number; y: number }[] = [];
  for (const candidate of [...found].sort((a, b) => b.z - a.z)) {
    const [a, b, c, d, e, f] = candidate.toFrame;
    const x = a * (CANONICAL_WIDTH / 2) + b * (CANONICAL_HEIGHT / 2) + c;
    const y = d * (CANONICAL_WIDTH / 2) + e * (CANONICAL_HEIGHT / 2) + f;
    const near = kept.some((other) => Math.hypot(other.x - x, other.y - y) < SAME_PLACE * frameWidth);
    if (!near) kept.push({ candidate, x, y });
    if (kept.length === CANDIDATES_PER_STAGE) break;
  }
  return kept.map(({ candidate }) => candidate);
}
