import type { ChipGrid } from './chip-grid.js';
import { type Candidate, CoarseSearch } from './coarse-search.js';
import { CANONICAL_HEIGHT, CANONICAL_WIDTH, CHIP_COUNT, CHIP_PITCH } from './format.js';
import { type Affine, compose } from './geometry.js';
import { Refiner } from './refine.js';
import { alignedMaps, galleryMaps, type Sweep, sweeps } from './search-space.js';
import { lookNear } from './source-grid.js';
import type { Point, SearchReach } from './types.js';
import type { FrameWindow } from './window.js';

/** Shifts of up to this many chips count as aligned. */
const LOCAL_REACH = 3;
/** Pilot z from which an aligned map is worth reading as it is, and from which its surroundings are worth refining. */
const LOCAL_Z = 3;
const LOCAL_REFINE_Z = 3.5;
/** A tile of a plain gallery is a likely place: less will do. */
const TILE_Z = 2.6;
/** Pilot z from which a peak anywhere is worth refining, and its refinement worth a trial. */
const SWEEP_Z = 4.9;
const REFINED_Z = 5.2;
/** Peaks refined per sweep at most. */
const CANDIDATES_PER_SWEEP = 24;
/** Candidates whose middles are closer than this, in received pixels relative to the frame's width, are one. */
const SAME_PLACE = 0.01;

/** Proposes geometries, likeliest first; the caller stops when it has what it wants. */
export class GeometrySearch {
  private readonly coarse: CoarseSearch;
  private readonly refiner: Refiner;
  private readonly chips = new Float32Array(CHIP_COUNT);

  constructor(
    private readonly grid: ChipGrid,
    pilot: Int8Array,
  ) {
    this.coarse = new CoarseSearch(pilot);
    this.refiner = new Refiner(pilot);
  }

  /** Places inside regions that the window excludes meanwhile are left out. */
  *candidates(window: FrameWindow, reach: SearchReach): Generator<Candidate> {
    if (window.isUsedUp()) return;
    yield* this.aligned(window);
    if (reach === 'aligned') return;
    const [crops, ...others] = sweeps(window.size, reach);
    if (crops !== undefined) yield* this.swept(window, crops);
    yield* this.tiles(window);
    for (const sweep of others) yield* this.swept(window, sweep);
  }

  private *swept(window: FrameWindow, sweep: Sweep): Generator<Candidate> {
    yield* this.refined(window, this.coarse.run(window, sweep, SWEEP_Z));
  }

  /** The plain maps as they are, then moved onto the pilot. */
  private *aligned(window: FrameWindow): Generator<Candidate> {
    const maps = alignedMaps(window.size);
    for (const toFrame of maps) {
      const local = this.localPeak(window, toFrame);
      if (local.z >= LOCAL_Z || toFrame === maps[0]) yield { ...local, toFrame };
      if (local.z >= LOCAL_REFINE_Z) yield this.refine(window, local);
    }
  }

  /** As they are, because a faint pilot moves a picture away from its place rather than onto it; then moved all the same. */
  private *tiles(window: FrameWindow): Generator<Candidate> {
    for (const toFrame of galleryMaps(window.size)) {
      if (window.isExcluded(middleOf(toFrame))) continue;
      const local = this.localPeak(window, toFrame);
      if (local.z < TILE_Z) continue;
      yield { ...local, toFrame, isUsual: true };
      if (!window.isExcluded(middleOf(toFrame))) yield this.refine(window, local);
    }
  }

  private *refined(window: FrameWindow, found: readonly Candidate[]): Generator<Candidate> {
    for (const candidate of distinct(found, window.size.width)) {
      if (window.isExcluded(middleOf(candidate.toFrame))) continue;
      const best = this.refine(window, candidate);
      if (best.z >= REFINED_Z) yield best;
    }
  }

  private refine(window: FrameWindow, { toFrame, choice }: Candidate): Candidate {
    const { toFrame: rough } =
      choice === 'low' ? this.refiner.refine(lookNear(window, toFrame, 'low'), toFrame) : { toFrame };
    return { ...this.refiner.refine(lookNear(window, rough, 'full'), rough), choice: 'full' };
  }

  /** The best shift near a map. */
  private localPeak(window: FrameWindow, toFrame: Affine): Candidate {
    const chips = lookNear(window, toFrame, 'full')(toFrame, this.chips);
    const { z, dx, dy } = this.grid.pilotPeak(chips, LOCAL_REACH);
    return { z, choice: 'full', toFrame: compose(toFrame, [1, 0, CHIP_PITCH * dx, 0, 1, CHIP_PITCH * dy]) };
  }
}

/** The clearest candidates at different places. */
function distinct(found: readonly Candidate[], frameWidth: number): Candidate[] {
  const kept: { candidate: Candidate; at: Point }[] = [];
  for (const candidate of [...found].sort((a, b) => b.z - a.z)) {
    const at = middleOf(candidate.toFrame);
    const near = kept.some(
      (other) => Math.hypot(other.at.x - at.x, other.at.y - at.y) < SAME_PLACE * frameWidth,
    );
    if (!near) kept.push({ candidate, at });
    if (kept.length === CANDIDATES_PER_SWEEP) break;
  }
  return kept.map(({ candidate }) => candidate);
}

function middleOf([a, b, c, d, e, f]: Affine): Point {
  const [x, y] = [CANONICAL_WIDTH / 2, CANONICAL_HEIGHT / 2];
  return { x: a * x + b * y + c, y: d * x + e * y + f };
}
