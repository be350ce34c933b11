/** Complex samples as two parallel arrays. */
export interface ComplexArray {
  readonly re: Float32Array;
  readonly im: Float32Array;
}

/** One pass of a Stockham transform. */
export interface Stage {
  readonly radix: number;
  /** Sub-transform length after this stage, and the stride before it (in transforms of one interleaved batch). */
  readonly m: number;
  readonly stride: number;
  /** cos and sin of 2πpk/n for p < m, 0 < k < radix, at [p·(radix−1) + k−1]. */
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/** Runs one pass from one array to another. */
export function runStage(stage: Stage, from: ComplexArray, to: ComplexArray): void {
  const butterfly = BUTTERFLIES[stage.radix];
  if (butterfly === undefined) throw new RangeError(`no butterfly of radix ${stage.radix}`);
  butterfly(stage, from.re, from.im, to.re, to.im);
}

type Plane = Float32Array;
type Butterfly = (stage: Stage, xr: Plane, xi: Plane, yr: Plane, yi: Plane) => void;

const BUTTERFLIES: Readonly<Record<number, Butterfly>> = { 2: radix2, 3: radix3, 4: radix4, 5: radix5 };

// Every operation is rounded to 32 bits (storing rounds too), so that the SIMD kernels can give the same bits.
const f = Math.fround;
const SIN_60 = f(0.8660254037844386);
const COS_72 = f(0.30901699437494745);
const COS_144 = f(-0.8090169943749475);
const SIN_72 = f(0.9510565162951535);
const SIN_144 = f(0.5877852522924731);

/** a·x + b·y */
function weighted(a: number, x: number, b: number, y: number): number {
  return f(f(a * x) + f(b * y));
}

// The butterflies below are hot: plain loops over typed arrays, one per radix.

function radix2({ m, stride: s, cos, sin }: Stage, xr: Plane, xi: Plane, yr: Plane, yi: Plane): void {
  for (let p = 0; p < m; p++) {
    const c = cos[p] ?? 0;
    const d = sin[p] ?? 0;
    const in0 = s * p;
    const in1 = in0 + s * m;
    const out0 = s * 2 * p;
    for (let q = 0; q < s; q++) {
      const ar = xr[in0 + q] ?? 0;
      const ai = xi[in0 + q] ?? 0;
      const br = xr[in1 + q] ?? 0;
      const bi = xi[in1 + q] ?? 0;
      const tr = f(ar - br);
      const ti = f(ai - bi);
      yr[out0 + q] = ar + br;
      yi[out0 + q] = ai + bi;
      yr[out0 + s + q] = f(tr * c) + f(ti * d);
      yi[out0 + s + q] = f(ti * c) - f(tr * d);
    }
  }
}

function radix3({ m, stride: s, cos, sin }: Stage, xr: Plane, xi: Plane, yr: Plane, yi: Plane): void {
  for (let p = 0; p < m; p++) {
    const c1 = cos[2 * p] ?? 0;
    const d1 = sin[2 * p] ?? 0;
    const c2 = cos[2 * p + 1] ?? 0;
    const d2 = sin[2 * p + 1] ?? 0;
    const in0 = s * p;
    const in1 = in0 + s * m;
    const in2 = in1 + s * m;
    const out0 = s * 3 * p;
    for (let q = 0; q < s; q++) {
      const ar = xr[in0 + q] ?? 0;
      const ai = xi[in0 + q] ?? 0;
      const br = xr[in1 + q] ?? 0;
      const bi = xi[in1 + q] ?? 0;
      const cr = xr[in2 + q] ?? 0;
      const ci = xi[in2 + q] ?? 0;
      const sr = f(br + cr);
      const si = f(bi + ci);
      const mr = f(ar - f(0.5 * sr));
      const mi = f(ai - f(0.5 * si));
      const er = f(SIN_60 * f(bi - ci));
      const ei = f(SIN_60 * f(cr - br));
      const ur = f(mr + er);
      const ui = f(mi + ei);
      const vr = f(mr - er);
      const vi = f(mi - ei);
      yr[out0 + q] = ar + sr;
      yi[out0 + q] = ai + si;
      yr[out0 + s + q] = f(ur * c1) + f(ui * d1);
      yi[out0 + s + q] = f(ui * c1) - f(ur * d1);
      yr[out0 + 2 * s + q] = f(vr * c2) + f(vi * d2);
      yi[out0 + 2 * s + q] = f(vi * c2) - f(vr * d2);
    }
  }
}

function radix4({ m, stride: s, cos, sin }: Stage, xr: Plane, xi: Plane, yr: Plane, yi: Plane): void {
  for (let p = 0; p < m; p++) {
    const c1 = cos[3 * p] ?? 0;
    const d1 = sin[3 * p] ?? 0;
    const c2 = cos[3 * p + 1] ?? 0;
    const d2 = sin[3 * p + 1] ?? 0;
    const c3 = cos[3 * p + 2] ?? 0;
    const d3 = sin[3 * p + 2] ?? 0;
    const in0 = s * p;
    const in1 = in0 + s * m;
    const in2 = in1 + s * m;
    const in3 = in2 + s * m;
    const out0 = s * 4 * p;
    for (let q = 0; q < s; q++) {
      const ar = xr[in0 + q] ?? 0;
      const ai = xi[in0 + q] ?? 0;
      const br = xr[in1 + q] ?? 0;
      const bi = xi[in1 + q] ?? 0;
      const cr = xr[in2 + q] ?? 0;
      const ci = xi[in2 + q] ?? 0;
      const dr = xr[in3 + q] ?? 0;
      const di = xi[in3 + q] ?? 0;
      const acr = f(ar + cr);
      const aci = f(ai + ci);
      const bdr = f(br + dr);
      const bdi = f(bi + di);
      const ur = f(ar - cr);
      const ui = f(ai - ci);
      // −i·(b − d)
      const vr = f(bi - di);
      const vi = f(dr - br);
      const t1r = f(ur + vr);
      const t1i = f(ui + vi);
      const t2r = f(acr - bdr);
      const t2i = f(aci - bdi);
      const t3r = f(ur - vr);
      const t3i = f(ui - vi);
      yr[out0 + q] = acr + bdr;
      yi[out0 + q] = aci + bdi;
      yr[out0 + s + q] = f(t1r * c1) + f(t1i * d1);
      yi[out0 + s + q] = f(t1i * c1) - f(t1r * d1);
      yr[out0 + 2 * s + q] = f(t2r * c2) + f(t2i * d2);
      yi[out0 + 2 * s + q] = f(t2i * c2) - f(t2r * d2);
      yr[out0 + 3 * s + q] = f(t3r * c3) + f(t3i * d3);
      yi[out0 + 3 * s + q] = f(t3i * c3) - f(t3r * d3);
    }
  }
}

function radix5({ m, stride: s, cos, sin }: Stage, xr: Plane, xi: Plane, yr: Plane, yi: Plane): void {
  for (let p = 0; p < m; p++) {
    const c1 = cos[4 * p] ?? 0;
    const d1 = sin[4 * p] ?? 0;
    const c2 = cos[4 * p + 1] ?? 0;
    const d2 = sin[4 * p + 1] ?? 0;
    const c3 = cos[4 * p + 2] ?? 0;
    const d3 = sin[4 * p + 2] ?? 0;
    const c4 = cos[4 * p + 3] ?? 0;
    const d4 = sin[4 * p + 3] ?? 0;
    const in0 = s * p;
    const step = s * m;
    const out0 = s * 5 * p;
    for (let q = 0; q < s; q++) {
      const i = in0 + q;
      const o = out0 + q;
      const ar = xr[i] ?? 0;
      const ai = xi[i] ?? 0;
      const br = xr[i + step] ?? 0;
      const bi = xi[i + step] ?? 0;
      const cr = xr[i + 2 * step] ?? 0;
      const ci = xi[i + 2 * step] ?? 0;
      const dr = xr[i + 3 * step] ?? 0;
      const di = xi[i + 3 * step] ?? 0;
      const er = xr[i + 4 * step] ?? 0;
      const ei = xi[i + 4 * step] ?? 0;
      const s1r = f(br + er);
      const s1i = f(bi + ei);
      const s2r = f(cr + dr);
      const s2i = f(ci + di);
      const f1r = f(br - er);
      const f1i = f(bi - ei);
      const f2r = f(cr - dr);
      const f2i = f(ci - di);
      const m1r = f(ar + weighted(COS_72, s1r, COS_144, s2r));
      const m1i = f(ai + weighted(COS_72, s1i, COS_144, s2i));
      const m2r = f(ar + weighted(COS_144, s1r, COS_72, s2r));
      const m2i = f(ai + weighted(COS_144, s1i, COS_72, s2i));
      const n1r = weighted(SIN_72, f1i, SIN_144, f2i);
      const n1i = weighted(-SIN_72, f1r, -SIN_144, f2r);
      const n2r = weighted(SIN_144, f1i, -SIN_72, f2i);
      const n2i = weighted(-SIN_144, f1r, SIN_72, f2r);
      const t1r = f(m1r + n1r);
      const t1i = f(m1i + n1i);
      const t2r = f(m2r + n2r);
      const t2i = f(m2i + n2i);
      const t3r = f(m2r - n2r);
      const t3i = f(m2i - n2i);
      const t4r = f(m1r - n1r);
      const t4i = f(m1i - n1i);
      yr[o] = ar + f(s1r + s2r);
      yi[o] = ai + f(s1i + s2i);
      yr[o + s] = f(t1r * c1) + f(t1i * d1);
      yi[o + s] = f(t1i * c1) - f(t1r * d1);
      yr[o + 2 * s] = f(t2r * c2) + f(t2i * d2);
      yi[o + 2 * s] = f(t2i * c2) - f(t2r * d2);
      yr[o + 3 * s] = f(t3r * c3) + f(t3i * d3);
      yi[o + 3 * s] = f(t3i * c3) - f(t3r * d3);
      yr[o + 4 * s] = f(t4r * c4) + f(t4i * d4);
      yi[o + 4 * s] = f(t4i * c4) - f(t4r * d4);
    }
  }
}
