// Copy of src/portrait/warp.ts and src/mesh/triangle-scan.ts, four pixels at a time. Positions are f64 and every operation comes in
// the same order; along a span there are integers only.

const OVERLAP_PX: f64 = 0.02;
const LEAST_DOUBLE_AREA: f64 = 1e-4;
/** Spans whose 16.16 positions stay within ± so much are walked in 32 bits; others (slivers of huge steps) in 64. */
const NARROW: f64 = 1_000_000_000;

/**
 * Draws triangles of a plane: `count` indices of 16 bits; positions are f32. `alpha` 0: they hold no background.
 * Samples are read up to one row and one column beyond the position's own: planes need `width + 1` bytes of slack.
 */
export function warpTriangles(
  width: i32,
  height: i32,
  step: f64,
  triangles: usize,
  count: i32,
  xs: usize,
  ys: usize,
  us: usize,
  vs: usize,
  out: usize,
  base: usize,
  person: usize,
  alpha: usize,
): void {
  for (let t = 0; t + 2 < count; t += 3) {
    const at = triangles + ((<usize>t) << 1);
    const a = (<usize>load<u16>(at)) << 2;
    const b = (<usize>load<u16>(at, 2)) << 2;
    const c = (<usize>load<u16>(at, 4)) << 2;
    const ax = <f64>load<f32>(xs + a) / step;
    const ay = <f64>load<f32>(ys + a) / step;
    const bx = <f64>load<f32>(xs + b) / step;
    const by = <f64>load<f32>(ys + b) / step;
    const cx = <f64>load<f32>(xs + c) / step;
    const cy = <f64>load<f32>(ys + c) / step;
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (!(area <= -LEAST_DOUBLE_AREA || area >= LEAST_DOUBLE_AREA)) continue;
    const top = max<f64>(0, ceil<f64>(min(ay, min(by, cy)) - 0.5));
    const bottom = min<f64>(<f64>(height - 1), floor<f64>(max(ay, max(by, cy)) - 0.5));
    const au = <f64>load<f32>(us + a) / step;
    const av = <f64>load<f32>(vs + a) / step;
    const bu = <f64>load<f32>(us + b) / step - au;
    const bv = <f64>load<f32>(vs + b) / step - av;
    const cu = <f64>load<f32>(us + c) / step - au;
    const cv = <f64>load<f32>(vs + c) / step - av;
    const wbx = (cy - ay) / area;
    const wcx = -(by - ay) / area;
    const wby = -(cx - ax) / area;
    const wcy = (bx - ax) / area;
    const ux = wbx * bu + wcx * cu;
    const vx = wbx * bv + wcx * cv;
    const uy = wby * bu + wcy * cu;
    const vy = wby * bv + wcy * cv;
    const su = Math.round(ux * 65536);
    const sv = Math.round(vx * 65536);
    for (let y = top; y <= bottom; y++) {
      const py = y + 0.5;
      left = Infinity;
      right = -Infinity;
      cross(ax, ay, bx, by, py);
      cross(bx, by, cx, cy, py);
      cross(cx, cy, ax, ay, py);
      const first = max<f64>(0, ceil<f64>(left - 0.5 - OVERLAP_PX));
      const last = min<f64>(<f64>(width - 1), floor<f64>(right - 0.5 + OVERLAP_PX));
      if (!(first <= last)) continue;
      const dx = first + 0.5 - ax;
      const dy = y + 0.5 - ay;
      const u = floor<f64>((au + ux * dx + uy * dy - 0.5) * 65536 + 128);
      const v = floor<f64>((av + vx * dx + vy * dy - 0.5) * 65536 + 128);
      const start = <usize>(<i32>y * width + <i32>first);
      const pixels = <i32>(last - first) + 1;
      // the vector walk may look three pixels beyond the span's end
      const reach = <f64>(pixels + 3);
      const narrow = abs(u) + abs(su) * reach < NARROW && abs(v) + abs(sv) * reach < NARROW;
      let done = 0;
      if (narrow) {
        done = pixels & ~3;
        warpFours(width, height, start, done, <i32>u, <i32>v, <i32>su, <i32>sv, out, base, person, alpha);
      }
      warpOnes(
        width,
        height,
        start + <usize>done,
        pixels - done,
        <i64>u + <i64>su * done,
        <i64>v + <i64>sv * done,
        <i64>su,
        <i64>sv,
        out,
        base,
        person,
        alpha,
      );
    }
  }
}

let left: f64 = 0;
let right: f64 = 0;

function cross(ax: f64, ay: f64, bx: f64, by: f64, py: f64): void {
  if (ay <= py === by <= py) return;
  const x = ax + ((py - ay) / (by - ay)) * (bx - ax);
  if (x < left) left = x;
  if (x > right) right = x;
}

/** `count` pixels, a multiple of four. */
function warpFours(
  width: i32,
  height: i32,
  start: usize,
  count: i32,
  u: i32,
  v: i32,
  su: i32,
  sv: i32,
  out: usize,
  base: usize,
  person: usize,
  alpha: usize,
): void {
  const zero = i32x4.splat(0);
  const uMost = i32x4.splat((width - 2) * 65536 + 65535);
  const vMost = i32x4.splat((height - 2) * 65536 + 65535);
  const widths = i32x4.splat(width);
  const fraction = i32x4.splat(255);
  const su4 = i32x4.splat(su << 2);
  const sv4 = i32x4.splat(sv << 2);
  const lanes = i32x4(0, 1, 2, 3);
  let us = i32x4.add(i32x4.splat(u), i32x4.mul(lanes, i32x4.splat(su)));
  let vs = i32x4.add(i32x4.splat(v), i32x4.mul(lanes, i32x4.splat(sv)));
  for (let k: usize = 0; k < <usize>count; k += 4) {
    const cu = i32x4.max_s(zero, i32x4.min_s(uMost, us));
    const cv = i32x4.max_s(zero, i32x4.min_s(vMost, vs));
    us = i32x4.add(us, su4);
    vs = i32x4.add(vs, sv4);
    const at = i32x4.add(i32x4.mul(i32x4.shr_s(cv, 16), widths), i32x4.shr_s(cu, 16));
    const fu = v128.and(i32x4.shr_s(cu, 8), fraction);
    const fv = v128.and(i32x4.shr_s(cv, 8), fraction);
    // weights of the left and the right sample, beside each other as 16 bits
    const across = v128.or(i32x4.sub(i32x4.splat(256), fu), i32x4.shl(fu, 16));
    const down = i32x4.sub(i32x4.splat(256), fv);
    const pixel = start + k;
    if (alpha === 0) {
      store32(out + pixel, between(person, width, at, across, down, fv));
      continue;
    }
    const share = between(alpha, width, at, across, down, fv);
    const under = v128.load32_zero(base + pixel);
    if (!v128.any_true(share)) {
      v128.store_lane<u32>(out + pixel, under, 0);
      continue;
    }
    const behind = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(under));
    const value = between(person, width, at, across, down, fv);
    const rest = i32x4.sub(fraction, share);
    const mixed = i32x4.add(i32x4.add(i32x4.mul(value, share), i32x4.mul(behind, rest)), i32x4.splat(128));
    // exact division by 255 with rounding; shares of 0 and 255 give what is behind and the value
    store32(out + pixel, i32x4.shr_s(i32x4.add(mixed, i32x4.shr_s(mixed, 8)), 8));
  }
}

/** The four lowest bytes of four lanes. */
function store32(at: usize, values: v128): void {
  const words = i16x8.narrow_i32x4_s(values, values);
  v128.store_lane<u32>(at, i8x16.narrow_i16x8_u(words, words), 0);
}

/** Bilinear values right of and below four samples. */
function between(plane: usize, width: i32, at: v128, across: v128, down: v128, fv: v128): v128 {
  const a = plane + <usize>i32x4.extract_lane(at, 0);
  const b = plane + <usize>i32x4.extract_lane(at, 1);
  const c = plane + <usize>i32x4.extract_lane(at, 2);
  const d = plane + <usize>i32x4.extract_lane(at, 3);
  let upper = v128.load16_lane(a, i8x16.splat(0), 0);
  upper = v128.load16_lane(b, upper, 1);
  upper = v128.load16_lane(c, upper, 2);
  upper = v128.load16_lane(d, upper, 3);
  let lower = v128.load16_lane(a + width, i8x16.splat(0), 0);
  lower = v128.load16_lane(b + width, lower, 1);
  lower = v128.load16_lane(c + width, lower, 2);
  lower = v128.load16_lane(d + width, lower, 3);
  const top = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(upper), across);
  const bottom = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(lower), across);
  const sum = i32x4.add(i32x4.add(i32x4.mul(top, down), i32x4.mul(bottom, fv)), i32x4.splat(32768));
  return i32x4.shr_s(sum, 16);
}

function warpOnes(
  width: i32,
  height: i32,
  start: usize,
  count: i32,
  u: i64,
  v: i64,
  su: i64,
  sv: i64,
  out: usize,
  base: usize,
  person: usize,
  alpha: usize,
): void {
  const uMost = ((<i64>(width - 2)) << 16) + 65535;
  const vMost = ((<i64>(height - 2)) << 16) + 65535;
  for (let k: usize = 0; k < <usize>count; k++) {
    const cu = <i32>max<i64>(0, min(uMost, u));
    const cv = <i32>max<i64>(0, min(vMost, v));
    u += su;
    v += sv;
    const at = (cv >> 16) * width + (cu >> 16);
    const fu = (cu >> 8) & 255;
    const fv = (cv >> 8) & 255;
    const value = betweenOne(person + <usize>at, width, fu, fv);
    const share = alpha === 0 ? 255 : betweenOne(alpha + <usize>at, width, fu, fv);
    const behind = alpha === 0 ? 0 : <i32>load<u8>(base + start + k);
    const mixed = value * share + behind * (255 - share) + 128;
    store<u8>(out + start + k, <u8>((mixed + (mixed >> 8)) >> 8));
  }
}

function betweenOne(at: usize, width: i32, fu: i32, fv: i32): i32 {
  const a = <i32>load<u8>(at);
  const c = <i32>load<u8>(at + width);
  const top = (a << 8) + (<i32>load<u8>(at, 1) - a) * fu;
  const bottom = (c << 8) + (<i32>load<u8>(at + width, 1) - c) * fu;
  return ((top << 8) + (bottom - top) * fv + 32768) >> 16;
}
