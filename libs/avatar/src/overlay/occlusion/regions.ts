import { UNJUDGED } from './appearance.js';
import { GRID_SIDE, type TexelGrid } from './texel-grid.js';

/** An object's cells differ by more than this … */
const WEAK = 1.7;
/** … where one was a frame ago, by more than this, … */
const STILL_WEAK = 1.2;
/** … and so many of them by more than this. */
const STRONG = 3;
const LEAST_STRONG = 6;
const LEAST_CELLS = 14;
/** An object goes on into cells that are turned too far away to be judged, for so many of them. */
const UNJUDGED_STEPS = 5;
/** Cells nearer to the face's outline than this are its rim. */
const RIM_CM = 1;

/**
 * Tells objects from noise: connected areas of different cells that reach from the face's rim, because nothing comes to lie
 * on a face but from its side, to its inside, because the rim alone shows what is behind it when the mesh slips. Their gaps
 * are closed.
 */
export class RegionFinder {
  private readonly state = new Uint8Array(GRID_SIDE * GRID_SIDE);
  private readonly grown = new Uint8Array(GRID_SIDE * GRID_SIDE);
  private readonly queue = new Uint16Array(GRID_SIDE * GRID_SIDE);

  constructor(
    private readonly grid: TexelGrid,
    private readonly toOutlineCm: Float32Array,
  ) {}

  /**
   * @param distance of each cell from the wearer's face, in tolerances
   * @param shares of each place a frame ago; 1 where an object was
   * @param out 1 at places that an object covers, openings between them included
   */
  find(distance: Float32Array, shares: Float32Array, out: Uint8Array): void {
    const { state, grid } = this;
    state.fill(0);
    for (let i = 0; i < grid.count; i++) {
      const place = grid.placeOf[i] ?? 0;
      const least = (shares[place] ?? 0) > 0.5 ? STILL_WEAK : WEAK;
      if ((distance[i] ?? 0) > least) state[place] = 1;
    }
    out.fill(0);
    for (let i = 0; i < grid.count; i++) {
      const place = grid.placeOf[i] ?? 0;
      if (state[place] === 1) this.follow(place, distance, shares, out);
    }
    for (let step = 0; step < UNJUDGED_STEPS; step++) this.fillUnjudged(distance, out);
    // Two steps out and one back: gaps close, and the object keeps a margin.
    spread(out, this.grown);
    spread(this.grown, out);
    shrink(out, this.grown);
    out.set(this.grown);
  }

  private fillUnjudged(distance: Float32Array, out: Uint8Array): void {
    spread(out, this.grown);
    for (let i = 0; i < this.grid.count; i++) {
      const place = this.grid.placeOf[i] ?? 0;
      if (distance[i] === UNJUDGED) out[place] = this.grown[place] ?? 0;
    }
  }

  /** One connected area: into `out` when it is an object. */
  private follow(start: number, distance: Float32Array, shares: Float32Array, out: Uint8Array): void {
    const { state, queue, grid } = this;
    let [length, strong, rim] = [1, 0, 0];
    queue[0] = start;
    state[start] = 2;
    for (let k = 0; k < length; k++) {
      const place = queue[k] ?? 0;
      const cell = grid.cellAt[place] ?? 0;
      const depthCm = this.toOutlineCm[cell] ?? 0;
      const differs = (distance[cell] ?? 0) > STRONG || (shares[place] ?? 0) > 0.5;
      if (depthCm < RIM_CM) rim += 1;
      else if (differs) strong += 1;
      for (const next of [place - 1, place + 1, place - GRID_SIDE, place + GRID_SIDE])
        if (state[next] === 1) {
          state[next] = 2;
          queue[length++] = next;
        }
    }
    if (rim === 0 || strong < LEAST_STRONG || length < LEAST_CELLS) return;
    for (let k = 0; k < length; k++) out[queue[k] ?? 0] = 1;
  }
}

/** Every place with a neighbour in the set joins it. The grid's border stays empty: the face does not reach it. */
function spread(from: Uint8Array, to: Uint8Array): void {
  to.fill(0);
  for (let at = GRID_SIDE; at < from.length - GRID_SIDE; at++)
    to[at] =
      (from[at] ?? 0) |
      (from[at - 1] ?? 0) |
      (from[at + 1] ?? 0) |
      (from[at - GRID_SIDE] ?? 0) |
      (from[at + GRID_SIDE] ?? 0);
}

/** Every place with a neighbour outside the set leaves it. */
function shrink(from: Uint8Array, to: Uint8Array): void {
  to.fill(0);
  for (let at = GRID_SIDE; at < from.length - GRID_SIDE; at++)
    to[at] =
      (from[at] ?? 0) &
      (from[at - 1] ?? 0) &
      (from[at + 1] ?? 0) &
      (from[at - GRID_SIDE] ?? 0) &
      (from[at + GRID_SIDE] ?? 0);
}
