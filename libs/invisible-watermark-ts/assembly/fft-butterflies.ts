// Copy of src/fft-butterflies.ts. `s` is the stride in bytes, a multiple of 16; cos and sin point at the stage's twiddles.

const SIN_60: f32 = 0.8660254037844386;
const COS_72: f32 = 0.30901699437494745;
const COS_144: f32 = -0.8090169943749475;
const SIN_72: f32 = 0.9510565162951535;
const SIN_144: f32 = 0.5877852522924731;

/** Stores (re, im) times e^(−iφ): re·c + im·d, im·c − re·d. */
function storeTurned(yr: usize, yi: usize, at: usize, re: v128, im: v128, c: v128, d: v128): void {
  v128.store(yr + at, f32x4.add(f32x4.mul(re, c), f32x4.mul(im, d)));
  v128.store(yi + at, f32x4.sub(f32x4.mul(im, c), f32x4.mul(re, d)));
}

function twiddle(table: usize, index: usize): v128 {
  return v128.load32_splat(table + (index << 2));
}

export function pass2(
  m: i32,
  s: usize,
  cos: usize,
  sin: usize,
  xr: usize,
  xi: usize,
  yr: usize,
  yi: usize,
): void {
  for (let p: usize = 0; p < <usize>m; p++) {
    const c = twiddle(cos, p);
    const d = twiddle(sin, p);
    const in0 = s * p;
    const in1 = in0 + s * m;
    const out0 = s * 2 * p;
    for (let q: usize = 0; q < s; q += 16) {
      const ar = v128.load(xr + in0 + q);
      const ai = v128.load(xi + in0 + q);
      const br = v128.load(xr + in1 + q);
      const bi = v128.load(xi + in1 + q);
      v128.store(yr + out0 + q, f32x4.add(ar, br));
      v128.store(yi + out0 + q, f32x4.add(ai, bi));
      storeTurned(yr, yi, out0 + s + q, f32x4.sub(ar, br), f32x4.sub(ai, bi), c, d);
    }
  }
}

export function pass3(
  m: i32,
  s: usize,
  cos: usize,
  sin: usize,
  xr: usize,
  xi: usize,
  yr: usize,
  yi: usize,
): void {
  const half = f32x4.splat(0.5);
  const sin60 = f32x4.splat(SIN_60);
  const step = s * m;
  for (let p: usize = 0; p < <usize>m; p++) {
    const c1 = twiddle(cos, 2 * p);
    const d1 = twiddle(sin, 2 * p);
    const c2 = twiddle(cos, 2 * p + 1);
    const d2 = twiddle(sin, 2 * p + 1);
    const in0 = s * p;
    const out0 = s * 3 * p;
    for (let q: usize = 0; q < s; q += 16) {
      const i = in0 + q;
      const ar = v128.load(xr + i);
      const ai = v128.load(xi + i);
      const br = v128.load(xr + i + step);
      const bi = v128.load(xi + i + step);
      const cr = v128.load(xr + i + 2 * step);
      const ci = v128.load(xi + i + 2 * step);
      const sr = f32x4.add(br, cr);
      const si = f32x4.add(bi, ci);
      const mr = f32x4.sub(ar, f32x4.mul(half, sr));
      const mi = f32x4.sub(ai, f32x4.mul(half, si));
      const er = f32x4.mul(sin60, f32x4.sub(bi, ci));
      const ei = f32x4.mul(sin60, f32x4.sub(cr, br));
      const o = out0 + q;
      v128.store(yr + o, f32x4.add(ar, sr));
      v128.store(yi + o, f32x4.add(ai, si));
      storeTurned(yr, yi, o + s, f32x4.add(mr, er), f32x4.add(mi, ei), c1, d1);
      storeTurned(yr, yi, o + 2 * s, f32x4.sub(mr, er), f32x4.sub(mi, ei), c2, d2);
    }
  }
}

export function pass4(
  m: i32,
  s: usize,
  cos: usize,
  sin: usize,
  xr: usize,
  xi: usize,
  yr: usize,
  yi: usize,
): void {
  const step = s * m;
  for (let p: usize = 0; p < <usize>m; p++) {
    const c1 = twiddle(cos, 3 * p);
    const d1 = twiddle(sin, 3 * p);
    const c2 = twiddle(cos, 3 * p + 1);
    const d2 = twiddle(sin, 3 * p + 1);
    const c3 = twiddle(cos, 3 * p + 2);
    const d3 = twiddle(sin, 3 * p + 2);
    const in0 = s * p;
    const out0 = s * 4 * p;
    for (let q: usize = 0; q < s; q += 16) {
      const i = in0 + q;
      const ar = v128.load(xr + i);
      const ai = v128.load(xi + i);
      const br = v128.load(xr + i + step);
      const bi = v128.load(xi + i + step);
      const cr = v128.load(xr + i + 2 * step);
      const ci = v128.load(xi + i + 2 * step);
      const dr = v128.load(xr + i + 3 * step);
      const di = v128.load(xi + i + 3 * step);
      const acr = f32x4.add(ar, cr);
      const aci = f32x4.add(ai, ci);
      const bdr = f32x4.add(br, dr);
      const bdi = f32x4.add(bi, di);
      const ur = f32x4.sub(ar, cr);
      const ui = f32x4.sub(ai, ci);
      // −i·(b − d)
      const vr = f32x4.sub(bi, di);
      const vi = f32x4.sub(dr, br);
      const o = out0 + q;
      v128.store(yr + o, f32x4.add(acr, bdr));
      v128.store(yi + o, f32x4.add(aci, bdi));
      storeTurned(yr, yi, o + s, f32x4.add(ur, vr), f32x4.add(ui, vi), c1, d1);
      storeTurned(yr, yi, o + 2 * s, f32x4.sub(acr, bdr), f32x4.sub(aci, bdi), c2, d2);
      storeTurned(yr, yi, o + 3 * s, f32x4.sub(ur, vr), f32x4.sub(ui, vi), c3, d3);
    }
  }
}

export function pass5(
  m: i32,
  s: usize,
  cos: usize,
  sin: usize,
  xr: usize,
  xi: usize,
  yr: usize,
  yi: usize,
): void {
  const step = s * m;
  for (let p: usize = 0; p < <usize>m; p++)
    for (let q: usize = 0; q < s; q += 16)
      butterfly5(
        cos + (p << 4),
        sin + (p << 4),
        xr + s * p + q,
        xi + s * p + q,
        step,
        yr,
        yi,
        s * 5 * p + q,
        s,
      );
}

function butterfly5(
  cos: usize,
  sin: usize,
  xr: usize,
  xi: usize,
  step: usize,
  yr: usize,
  yi: usize,
  o: usize,
  s: usize,
): void {
  const ar = v128.load(xr);
  const ai = v128.load(xi);
  const br = v128.load(xr + step);
  const bi = v128.load(xi + step);
  const cr = v128.load(xr + 2 * step);
  const ci = v128.load(xi + 2 * step);
  const dr = v128.load(xr + 3 * step);
  const di = v128.load(xi + 3 * step);
  const er = v128.load(xr + 4 * step);
  const ei = v128.load(xi + 4 * step);
  const s1r = f32x4.add(br, er);
  const s1i = f32x4.add(bi, ei);
  const s2r = f32x4.add(cr, dr);
  const s2i = f32x4.add(ci, di);
  const f1r = f32x4.sub(br, er);
  const f1i = f32x4.sub(bi, ei);
  const f2r = f32x4.sub(cr, dr);
  const f2i = f32x4.sub(ci, di);
  const m1r = f32x4.add(ar, weighted(COS_72, s1r, COS_144, s2r));
  const m1i = f32x4.add(ai, weighted(COS_72, s1i, COS_144, s2i));
  const m2r = f32x4.add(ar, weighted(COS_144, s1r, COS_72, s2r));
  const m2i = f32x4.add(ai, weighted(COS_144, s1i, COS_72, s2i));
  const n1r = weighted(SIN_72, f1i, SIN_144, f2i);
  const n1i = weighted(-SIN_72, f1r, -SIN_144, f2r);
  const n2r = weighted(SIN_144, f1i, -SIN_72, f2i);
  const n2i = weighted(-SIN_144, f1r, SIN_72, f2r);
  v128.store(yr + o, f32x4.add(ar, f32x4.add(s1r, s2r)));
  v128.store(yi + o, f32x4.add(ai, f32x4.add(s1i, s2i)));
  const t1r = f32x4.add(m1r, n1r);
  const t1i = f32x4.add(m1i, n1i);
  storeTurned(yr, yi, o + s, t1r, t1i, twiddle(cos, 0), twiddle(sin, 0));
  const t2r = f32x4.add(m2r, n2r);
  const t2i = f32x4.add(m2i, n2i);
  storeTurned(yr, yi, o + 2 * s, t2r, t2i, twiddle(cos, 1), twiddle(sin, 1));
  const t3r = f32x4.sub(m2r, n2r);
  const t3i = f32x4.sub(m2i, n2i);
  storeTurned(yr, yi, o + 3 * s, t3r, t3i, twiddle(cos, 2), twiddle(sin, 2));
  const t4r = f32x4.sub(m1r, n1r);
  const t4i = f32x4.sub(m1i, n1i);
  storeTurned(yr, yi, o + 4 * s, t4r, t4i, twiddle(cos, 3), twiddle(sin, 3));
}

/** a·x + b·y */
function weighted(a: f32, x: v128, b: f32, y: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.splat(a), x), f32x4.mul(f32x4.splat(b), y));
}
