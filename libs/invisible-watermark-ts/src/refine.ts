import { bandGain, radialFrequencies } from './band.js';
import { CHIP_COLUMNS, CHIP_COUNT, CHIP_PITCH, CHIP_ROWS } from './format.js';
import { RealFft2d } from './fft2d.js';
import { type Affine, compose, invert, resizeMap } from './geometry.js';
import type { Look } from './source-grid.js';
import { chipZ } from './statistics.js';

/** Steps at most, and the corner displacement in chips at which the geometry has settled. */
const MAX_STEPS = 6;
const SETTLED_CHIPS = 0.03;
/** The first steps neither turn nor shear: most pictures stand upright, and are warped faster so. */
const UPRIGHT_STEPS = 2;
/** After so many steps without this z nothing will come. */
const HOPELESS_AFTER = 1;
const HOPELESS_Z = 4;
/** The pilot's phase is lost beyond about a quarter of a wavelength: no step moves a corner further than this. */
const MAX_STEP_CHIPS = 1.5;

/**
 * Moves a coarse geometry onto the pilot: a Gauss–Newton step of all six affine parameters from one look at the residual. The
 * residual shows the pilot p displaced by a small field δ, v(x) = α·p(x − δ(x)), hence Σ v·∂p = −α Σ δ·(∂p)², and Σ v·p = α Σ p².
 */
export class Refiner {
  private readonly pattern: Float32Array;
  private readonly slopeX: Float32Array;
  private readonly slopeY: Float32Array;
  private readonly gain: { readonly x: number; readonly y: number };
  private readonly values = new Float32Array(CHIP_COUNT);

  constructor(private readonly pilot: Int8Array) {
    const { pattern, slopeX, slopeY } = bandPassed(pilot);
    this.pattern = pattern;
    this.slopeX = slopeX;
    this.slopeY = slopeY;
    this.gain = {
      x: energy(pattern) / energy(slopeX),
      y: energy(pattern) / energy(slopeY),
    };
  }

  /** The clearest geometry on the way, with its pilot z; stops early where nothing comes into sight. */
  refine(look: Look, start: Affine): { toFrame: Affine; z: number } {
    let toFrame = start;
    let best = { toFrame, z: -Infinity };
    for (let step = 0; step < MAX_STEPS; step++) {
      look(toFrame, this.values);
      const z = this.z();
      if (z > best.z) best = { toFrame, z };
      if (step >= HOPELESS_AFTER && best.z < HOPELESS_Z) break;
      const move = this.displacement(step < UPRIGHT_STEPS);
      if (move === null) break;
      toFrame = compose(toFrame, move.map);
      if (move.corner < SETTLED_CHIPS) break;
    }
    return best;
  }

  private z(): number {
    const e = energy(this.values);
    return e > 0 ? chipZ(this.values, this.pilot) / Math.sqrt(e / CHIP_COUNT) : 0;
  }

  /** The fitted displacement as a map of canonical pixels, and how far it moves a corner, in chips. */
  private displacement(upright: boolean): { map: Affine; corner: number } | null {
    const { values, pattern, slopeX, slopeY } = this;
    const moments = new Float64Array(6);
    const pullX = new Float64Array(3);
    const pullY = new Float64Array(3);
    let agreement = 0;
    for (let y = 0; y < CHIP_ROWS; y++) {
      const row = new RowSums();
      for (let x = 0; x < CHIP_COLUMNS; x++) {
        const i = y * CHIP_COLUMNS + x;
        const v = values[i] ?? 0;
        if (v === 0) continue;
        const u = x - (CHIP_COLUMNS - 1) / 2;
        agreement += v * (pattern[i] ?? 0);
        const forceX = -v * (slopeX[i] ?? 0);
        const forceY = -v * (slopeY[i] ?? 0);
        row.count++;
        row.u += u;
        row.uu += u * u;
        row.forceX += forceX;
        row.forceXu += forceX * u;
        row.forceY += forceY;
        row.forceYu += forceY * u;
      }
      addRow(row, y - (CHIP_ROWS - 1) / 2, moments, pullX, pullY);
    }
    const perChip = agreement / Math.max(1, moments[0] ?? 0);
    if (!(perChip > 0)) return null;
    const alongX = solve3(moments, pullX, this.gain.x / perChip);
    const alongY = solve3(moments, pullY, this.gain.y / perChip);
    if (alongX === null || alongY === null) return null;
    const [tx, ax] = alongX;
    const [ty, , by] = alongY;
    return upright ? bounded([tx, ax, 0], [ty, 0, by]) : bounded(alongX, alongY);
  }
}

type Triple = readonly [number, number, number];

/** δ = t + a·u + b·w about the middle, as a map of chips turned into one of canonical pixels; too long steps are shortened. */
function bounded([tx, ax, bx]: Triple, [ty, ay, by]: Triple): { map: Affine; corner: number } {
  const [u, w] = [(CHIP_COLUMNS - 1) / 2, (CHIP_ROWS - 1) / 2];
  const corner = Math.max(
    ...[-1, 1].flatMap((p) =>
      [-1, 1].map((q) => Math.hypot(tx + p * ax * u + q * bx * w, ty + p * ay * u + q * by * w)),
    ),
  );
  const k = corner > MAX_STEP_CHIPS ? MAX_STEP_CHIPS / corner : 1;
  const chips: Affine = [
    1 + k * ax,
    k * bx,
    k * (tx - ax * u - bx * w),
    k * ay,
    1 + k * by,
    k * (ty - ay * u - by * w),
  ];
  const toCanonical = resizeMap(CHIP_PITCH, CHIP_PITCH);
  return { map: compose(toCanonical, compose(chips, invert(toCanonical))), corner: k * corner };
}

/** Sums over one row of chips, u being the distance from the middle column. */
class RowSums {
  count = 0;
  u = 0;
  uu = 0;
  forceX = 0;
  forceXu = 0;
  forceY = 0;
  forceYu = 0;
}

/** Adds a row at distance w from the middle row to the sums of 1, u, w, u², uw, w² and of the forces times 1, u, w. */
function addRow(row: RowSums, w: number, m: Float64Array, pullX: Float64Array, pullY: Float64Array): void {
  const { count, u, uu, forceX, forceXu, forceY, forceYu } = row;
  add(m, [count, u, count * w, uu, u * w, count * w * w]);
  add(pullX, [forceX, forceXu, forceX * w]);
  add(pullY, [forceY, forceYu, forceY * w]);
}

function add(sums: Float64Array, terms: readonly number[]): void {
  for (let i = 0; i < terms.length; i++) sums[i] = (sums[i] ?? 0) + (terms[i] ?? 0);
}

/** Solves the symmetric 3 × 3 system of the moments by Cramer's rule; null when the support is a line. */
function solve3(moments: Float64Array, pull: Float64Array, scale: number): Triple | null {
  const [n = 0, u = 0, w = 0, uu = 0, uw = 0, ww = 0] = moments;
  const [p = 0, q = 0, r = 0] = pull.map((value) => value * scale);
  const det = n * (uu * ww - uw * uw) - u * (u * ww - uw * w) + w * (u * uw - uu * w);
  if (!(Math.abs(det) > 1e-6 * n * n * n)) return null;
  return [
    (p * (uu * ww - uw * uw) - u * (q * ww - uw * r) + w * (q * uw - uu * r)) / det,
    (n * (q * ww - uw * r) - p * (u * ww - uw * w) + w * (u * r - q * w)) / det,
    (n * (uu * r - q * uw) - u * (u * r - q * w) + p * (u * uw - uu * w)) / det,
  ];
}

/** The pilot in the mark's band, and its slopes per chip. */
function bandPassed(pilot: Int8Array): Record<'pattern' | 'slopeX' | 'slopeY', Float32Array> {
  const fft = new RealFft2d(CHIP_COLUMNS, CHIP_ROWS);
  const spectrum = fft.spectrum();
  fft.forward(Float32Array.from(pilot), spectrum);
  const gains = radialFrequencies(fft, CHIP_PITCH).map((f) => bandGain(f));
  const filtered = (slope: (fx: number, fy: number) => number | null): Float32Array => {
    const out = fft.spectrum();
    for (let ky = 0; ky < fft.rows; ky++)
      for (let kx = 0; kx < fft.width; kx++) {
        const i = ky * fft.width + kx;
        const factor = slope((kx <= fft.width / 2 ? kx : kx - fft.width) / fft.width, ky / fft.height);
        const gain = gains[i] ?? 0;
        const [re, im] = [gain * (spectrum.re[i] ?? 0), gain * (spectrum.im[i] ?? 0)];
        // A slope multiplies the spectrum by 2πi·f.
        out.re[i] = factor === null ? re : -factor * im;
        out.im[i] = factor === null ? im : factor * re;
      }
    const samples = new Float32Array(CHIP_COUNT);
    fft.inverse(out, samples);
    return samples;
  };
  return {
    pattern: filtered(() => null),
    slopeX: filtered((fx) => 2 * Math.PI * fx),
    slopeY: filtered((_, fy) => 2 * Math.PI * fy),
  };
}

function energy(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) ** 2;
  return sum;
}
