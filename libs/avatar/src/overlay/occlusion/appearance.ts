import { createCellColours, type CellColours } from './cell-colours.js';
import { LightChange } from './light-change.js';
import { GRID_SIDE, type TexelGrid } from './texel-grid.js';

/** What a cell may differ by: luma as a share of what is expected and in code values, chroma in code values. */
const LUMA_SHARE = 0.05;
const LUMA_FLOOR = 2.5;
const CHROMA_FLOOR = 1;
/** Distance of a cell that was left out. */
export const UNJUDGED = -1;
/** Below this distance the face is what is seen: no neighbour needs to be asked. */
const ALIKE = 1;
const FOLLOW = 0.03;
/** Of the frames that are learnt from before anything is judged. */
export const LEARNING_FRAMES = 20;

/**
 * The wearer's own face, cell by cell, as the camera sees it with nothing before it. Two looks are kept of every cell: what
 * was taken for the face once is never taken for an object again.
 */
export class WearerAppearance {
  /** Frames learnt from since the last start. */
  frames = 0;
  private readonly light: LightChange;
  private readonly now: CellColours;
  private readonly before: CellColours;
  private readonly spreadY: Float32Array;
  private readonly spreadC: Float32Array;
  private readonly hasBefore: Uint8Array;

  constructor(private readonly grid: TexelGrid) {
    this.light = new LightChange(grid);
    this.now = createCellColours(grid);
    this.before = createCellColours(grid);
    this.spreadY = new Float32Array(grid.count);
    this.spreadC = new Float32Array(grid.count);
    this.hasBefore = new Uint8Array(grid.count);
  }

  /**
   * How far each cell is from the face, in what is usual there, times what its room allows; the change of light that explains
   * most cells is taken out.
   * @param room factor of the tolerance at each cell; 0 leaves the cell out: `UNJUDGED`
   */
  compare(seen: CellColours, room: Float32Array, out: Float32Array): void {
    this.light.find(seen, this.now, room);
    for (let i = 0; i < this.grid.count; i++) {
      const wide = room[i] ?? 0;
      if (wide <= 0) {
        out[i] = UNJUDGED;
        continue;
      }
      const own = this.distance(seen, i, i) / wide;
      out[i] = own < ALIKE ? own : this.nearest(seen, i, wide);
    }
  }

  /** Learns from the cells that show the face. @param share 0 to 1 at each cell */
  learn(seen: CellColours, share: Float32Array): void {
    this.frames += 1;
    const follow = Math.max(FOLLOW, 1 / this.frames);
    const { y, u, v } = this.now;
    for (let i = 0; i < this.grid.count; i++) {
      const f = follow * (share[i] ?? 0);
      if (f <= 0) continue;
      const dy = (seen.y[i] ?? 0) - (y[i] ?? 0);
      const du = (seen.u[i] ?? 0) - (u[i] ?? 0);
      const dv = (seen.v[i] ?? 0) - (v[i] ?? 0);
      y[i] = (y[i] ?? 0) + dy * f;
      u[i] = (u[i] ?? 0) + du * f;
      v[i] = (v[i] ?? 0) + dv * f;
      if (this.frames === 1) continue;
      this.spreadY[i] = (this.spreadY[i] ?? 0) + (Math.abs(dy) - (this.spreadY[i] ?? 0)) * f;
      this.spreadC[i] = (this.spreadC[i] ?? 0) + (Math.hypot(du, dv) - (this.spreadC[i] ?? 0)) * f;
    }
  }

  /** Takes what a cell shows now for the face as well; what it was before is kept. */
  accept(seen: CellColours, i: number): void {
    this.keep(i);
    this.now.y[i] = seen.y[i] ?? 0;
    this.now.u[i] = seen.u[i] ?? 0;
    this.now.v[i] = seen.v[i] ?? 0;
  }

  /** Learns the whole face anew; what it was before is kept. */
  restart(): void {
    for (let i = 0; i < this.grid.count; i++) this.keep(i);
    this.frames = 0;
  }

  private keep(i: number): void {
    this.before.y[i] = this.now.y[i] ?? 0;
    this.before.u[i] = this.now.u[i] ?? 0;
    this.before.v[i] = this.now.v[i] ?? 0;
    this.hasBefore[i] = 1;
  }

  /** The mesh slips a little over the face: what the cells around look like is as good. */
  private nearest(seen: CellColours, i: number, room: number): number {
    const place = this.grid.placeOf[i] ?? 0;
    let best = Infinity;
    for (let dy = -GRID_SIDE; dy <= GRID_SIDE; dy += GRID_SIDE)
      for (let dx = -1; dx <= 1; dx++) {
        const j = this.grid.cellAt[place + dy + dx] ?? -1;
        if (j >= 0) best = Math.min(best, this.distance(seen, i, j));
      }
    if ((this.hasBefore[i] ?? 0) > 0) best = Math.min(best, this.toBefore(seen, i));
    return best / room;
  }

  private toBefore(seen: CellColours, i: number): number {
    return this.between(seen, i, this.before, i);
  }

  private distance(seen: CellColours, i: number, j: number): number {
    return this.between(seen, i, this.now, j);
  }

  private between(seen: CellColours, i: number, learnt: CellColours, j: number): number {
    const { u, v } = this.light;
    const gain = this.light.gain[i] ?? 1;
    const wanted = Math.max(0, (learnt.y[j] ?? 0) - 16) * gain;
    const roomY = LUMA_SHARE * wanted + LUMA_FLOOR + (this.spreadY[j] ?? 0);
    const roomC = CHROMA_FLOOR + (this.spreadC[j] ?? 0);
    const dy = ((seen.y[i] ?? 0) - 16 - wanted) / roomY;
    const du = ((seen.u[i] ?? 0) - 128 - ((learnt.u[j] ?? 0) - 128) * gain - u) / roomC;
    const dv = ((seen.v[i] ?? 0) - 128 - ((learnt.v[j] ?? 0) - 128) * gain - v) / roomC;
    return Math.sqrt(dy * dy + du * du + dv * dv);
  }
}
