import type { CellColours } from './cell-colours.js';
import { GRID_SIDE, type TexelGrid } from './texel-grid.js';

/** Cells further off the common change than this (natural logarithm) do not take part in the slope. */
const SLOPE_BAND = 0.2;
const MAX_SLOPE = 0.8;
/** Medians are found to 1/64. */
const BINS = 256;
const BINS_PER_UNIT = 64;

/**
 * How the light on a face differs from the one in which it was learnt: a gain with a slope over the face and shifts of
 * chroma. Medians and a trimmed fit: what covers less than half of the face hardly counts.
 */
export class LightChange {
  /** Factor of Y − 16, U − 128 and V − 128 at each cell, then the shifts of chroma. */
  readonly gain: Float32Array;
  u = 0;
  v = 0;
  private readonly histogram = new Uint32Array(BINS);
  private readonly logRatio: Float32Array;
  private readonly x: Float32Array;
  private readonly y: Float32Array;

  constructor(private readonly grid: TexelGrid) {
    this.gain = new Float32Array(grid.count).fill(1);
    this.logRatio = new Float32Array(grid.count);
    this.x = Float32Array.from(grid.placeOf, (place) => (place % GRID_SIDE) / GRID_SIDE - 0.5);
    this.y = Float32Array.from(grid.placeOf, (place) => Math.floor(place / GRID_SIDE) / GRID_SIDE - 0.5);
  }

  /** @param counts cells with 0 are left out */
  find(seen: CellColours, learnt: CellColours, counts: Float32Array): void {
    for (let i = 0; i < this.grid.count; i++)
      this.logRatio[i] = Math.log(Math.max(4, (seen.y[i] ?? 0) - 16) / Math.max(4, (learnt.y[i] ?? 0) - 16));
    const constant = this.median(counts, (i) => this.logRatio[i] ?? 0);
    this.fitGain(constant, counts);
    const shift = (now: Float32Array, then: Float32Array): number =>
      16 *
      this.median(counts, (i) => ((now[i] ?? 0) - 128 - ((then[i] ?? 0) - 128) * (this.gain[i] ?? 1)) / 16);
    this.u = shift(seen.u, learnt.u);
    this.v = shift(seen.v, learnt.v);
  }

  /** Plane through the logarithms near the median, by least squares. */
  private fitGain(median: number, counts: Float32Array): void {
    let [n, sx, sy, sr] = [1e-3, 0, 0, 0];
    let [sxx, sxy, syy, sxr, syr] = [0, 0, 0, 0, 0];
    for (let i = 0; i < this.grid.count; i++) {
      const r = (this.logRatio[i] ?? 0) - median;
      if ((counts[i] ?? 0) <= 0 || r > SLOPE_BAND || r < -SLOPE_BAND) continue;
      const [x, y] = [this.x[i] ?? 0, this.y[i] ?? 0];
      n += 1;
      sx += x;
      sy += y;
      sr += r;
      sxx += x * x;
      sxy += x * y;
      syy += y * y;
      sxr += x * r;
      syr += y * r;
    }
    const [mxx, mxy, myy] = [sxx - (sx * sx) / n, sxy - (sx * sy) / n, syy - (sy * sy) / n];
    const [mxr, myr] = [sxr - (sx * sr) / n, syr - (sy * sr) / n];
    const det = mxx * myy - mxy * mxy;
    const bx = det > 1 ? clamp((mxr * myy - myr * mxy) / det) : 0;
    const by = det > 1 ? clamp((myr * mxx - mxr * mxy) / det) : 0;
    const constant = median + (sr - bx * sx - by * sy) / n;
    for (let i = 0; i < this.grid.count; i++)
      this.gain[i] = Math.exp(constant + bx * (this.x[i] ?? 0) + by * (this.y[i] ?? 0));
  }

  /** Of values between −2 and 2; what lies beyond counts at the ends. */
  private median(counts: Float32Array, value: (i: number) => number): number {
    this.histogram.fill(0);
    let total = 0;
    for (let i = 0; i < this.grid.count; i++) {
      if ((counts[i] ?? 0) <= 0) continue;
      const bin = Math.floor((value(i) + BINS / BINS_PER_UNIT / 2) * BINS_PER_UNIT);
      const at = bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
      this.histogram[at] = (this.histogram[at] ?? 0) + 1;
      total += 1;
    }
    let sum = 0;
    for (let bin = 0; bin < BINS; bin++) {
      sum += this.histogram[bin] ?? 0;
      if (total > 0 && sum * 2 >= total) return (bin + 0.5) / BINS_PER_UNIT - BINS / BINS_PER_UNIT / 2;
    }
    return 0;
  }
}

function clamp(slope: number): number {
  return slope < -MAX_SLOPE ? -MAX_SLOPE : slope > MAX_SLOPE ? MAX_SLOPE : slope;
}
