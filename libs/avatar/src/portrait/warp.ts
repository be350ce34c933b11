import { TriangleScan } from '../mesh/triangle-scan.js';

/** One plane to be drawn: all four have the same size. */
export interface WarpPlane {
  readonly width: number;
  readonly height: number;
  /** Holds `base` before; what the triangles cover is overwritten. */
  readonly out: Uint8Array;
  readonly base: Uint8Array;
  readonly person: Uint8Array;
  /** Share of the person, 0–255. */
  readonly alpha: Uint8Array;
}

/**
 * Draws the person, bent from (us, vs) to (xs, ys), over the base. Positions are pixels of the full-size grid; `step` is 1
 * for luma and 2 for chroma. `solid` triangles hold no background: their alpha is not read. Bilinear, 16.16 fixed point along a span, 8-bit fractions: integers only in the inner loop, so that a
 * SIMD twin can give the same bytes.
 */
export function warpPerson(
  plane: WarpPlane,
  step: 1 | 2,
  triangles: Uint16Array,
  solid: boolean,
  xs: Float32Array,
  ys: Float32Array,
  us: Float32Array,
  vs: Float32Array,
): void {
  const { width, height } = plane;
  const scan = new TriangleScan(width, height);
  for (let t = 0; t + 2 < triangles.length; t += 3) {
    const a = triangles[t] ?? 0;
    const b = triangles[t + 1] ?? 0;
    const c = triangles[t + 2] ?? 0;
    const ax = (xs[a] ?? 0) / step;
    const ay = (ys[a] ?? 0) / step;
    const bx = (xs[b] ?? 0) / step;
    const by = (ys[b] ?? 0) / step;
    const cx = (xs[c] ?? 0) / step;
    const cy = (ys[c] ?? 0) / step;
    if (!scan.start(ax, ay, bx, by, cx, cy)) continue;
    const { area } = scan;
    const au = (us[a] ?? 0) / step;
    const av = (vs[a] ?? 0) / step;
    const bu = (us[b] ?? 0) / step - au;
    const bv = (vs[b] ?? 0) / step - av;
    const cu = (us[c] ?? 0) / step - au;
    const cv = (vs[c] ?? 0) / step - av;
    const wbx = (cy - ay) / area;
    const wcx = -(by - ay) / area;
    const wby = -(cx - ax) / area;
    const wcy = (bx - ax) / area;
    const ux = wbx * bu + wcx * cu;
    const vx = wbx * bv + wcx * cv;
    const uy = wby * bu + wcy * cu;
    const vy = wby * bv + wcy * cv;
    for (let y = scan.top; y <= scan.bottom; y++) {
      if (!scan.row(y)) continue;
      const { first, last } = scan;
      const dx = first + 0.5 - ax;
      const dy = y + 0.5 - ay;
      // Half a fraction is added so that a picture at rest meets its pixels exactly.
      const u = Math.floor((au + ux * dx + uy * dy - 0.5) * 65536 + 128);
      const v = Math.floor((av + vx * dx + vy * dy - 0.5) * 65536 + 128);
      const su = Math.round(ux * 65536);
      const sv = Math.round(vx * 65536);
      warpSpan(plane, solid, y * width + first, last - first + 1, u, v, su, sv);
    }
  }
}

/** A hot loop: one row of one triangle. `u`, `v` and their steps are 16.16 positions of pixel centres. */
function warpSpan(
  plane: WarpPlane,
  solid: boolean,
  start: number,
  count: number,
  u: number,
  v: number,
  su: number,
  sv: number,
): void {
  const { width, height, out, base, person, alpha } = plane;
  const uMost = (width - 2) * 65536 + 65535;
  const vMost = (height - 2) * 65536 + 65535;
  const end = start + count;
  for (let at = start; at < end; at++, u += su, v += sv) {
    const cu = u < 0 ? 0 : u > uMost ? uMost : u;
    const cv = v < 0 ? 0 : v > vMost ? vMost : v;
    const i = (cv >> 16) * width + (cu >> 16);
    const fu = (cu >> 8) & 255;
    const fv = (cv >> 8) & 255;
    const share = solid ? 255 : between(alpha, i, width, fu, fv);
    if (share === 0) {
      out[at] = base[at] ?? 0;
      continue;
    }
    const value = between(person, i, width, fu, fv);
    if (share === 255) {
      out[at] = value;
      continue;
    }
    const mixed = value * share + (base[at] ?? 0) * (255 - share) + 128;
    // Exact division by 255 with rounding.
    out[at] = (mixed + (mixed >> 8)) >> 8;
  }
}

/** Bilinear value right of and below sample `i`, fractions in 256ths. */
function between(plane: Uint8Array, i: number, width: number, fu: number, fv: number): number {
  const a = plane[i] ?? 0;
  const c = plane[i + width] ?? 0;
  const top = (a << 8) + ((plane[i + 1] ?? 0) - a) * fu;
  const bottom = (c << 8) + ((plane[i + width + 1] ?? 0) - c) * fu;
  return ((top << 8) + (bottom - top) * fv + 32768) >> 16;
}
