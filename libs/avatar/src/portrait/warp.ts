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

/** Widens every span a little so that neighbours leave no crack between them. */
const OVERLAP_PX = 0.02;

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
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (area > -1e-4 && area < 1e-4) continue;
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
    const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
    const bottom = Math.min(height - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
    for (let y = top; y <= bottom; y++) {
      const py = y + 0.5;
      let left = Infinity;
      let right = -Infinity;
      if (ay <= py !== by <= py) {
        const x = ax + ((py - ay) / (by - ay)) * (bx - ax);
        if (x < left) left = x;
        if (x > right) right = x;
      }
      if (by <= py !== cy <= py) {
        const x = bx + ((py - by) / (cy - by)) * (cx - bx);
        if (x < left) left = x;
        if (x > right) right = x;
      }
      if (cy <= py !== ay <= py) {
        const x = cx + ((py - cy) / (ay - cy)) * (ax - cx);
        if (x < left) left = x;
        if (x > right) right = x;
      }
      const first = Math.max(0, Math.ceil(left - 0.5 - OVERLAP_PX));
      const last = Math.min(width - 1, Math.floor(right - 0.5 + OVERLAP_PX));
      if (first > last) continue;
      const dx = first + 0.5 - ax;
      const dy = py - ay;
      // Half a fraction is added so that a picture at rest meets its pixels exactly.
      const u = Math.floor((au + ux * dx + uy * dy - 0.5) * 65536 + 128);
      const v = Math.floor((av + vx * dx + vy * dy - 0.5) * 65536 + 128);
      const su = Math.round(ux * 65536);
      const sv = Math.round(vx * 65536);
      const draw = solid ? warpSolidSpan : warpSpan;
      draw(plane, y * width + first, last - first + 1, u, v, su, sv);
    }
  }
}

/** A hot loop: one row of one triangle. `u`, `v` and their steps are 16.16 positions of pixel centres. */
function warpSpan(
  plane: WarpPlane,
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
    const share = between(alpha, i, width, fu, fv);
    const under = base[at] ?? 0;
    if (share === 0) {
      out[at] = under;
      continue;
    }
    const value = between(person, i, width, fu, fv);
    const mixed = value * share + under * (255 - share) + 128;
    // Exact division by 255 with rounding.
    out[at] = (mixed + (mixed >> 8)) >> 8;
  }
}

/** The same where there is nothing but the person. */
function warpSolidSpan(
  plane: WarpPlane,
  start: number,
  count: number,
  u: number,
  v: number,
  su: number,
  sv: number,
): void {
  const { width, height, out, person } = plane;
  const uMost = (width - 2) * 65536 + 65535;
  const vMost = (height - 2) * 65536 + 65535;
  const end = start + count;
  for (let at = start; at < end; at++, u += su, v += sv) {
    const cu = u < 0 ? 0 : u > uMost ? uMost : u;
    const cv = v < 0 ? 0 : v > vMost ? vMost : v;
    const i = (cv >> 16) * width + (cu >> 16);
    out[at] = between(person, i, width, (cu >> 8) & 255, (cv >> 8) & 255);
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
