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
  readonly cos: Float64Array;
  readonly sin: Float64Array;
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

const SIN_60 = Math.sqrt(3) / 2;
const COS_72 = Math.cos((2 * Math.PI) / 5);
const COS_144 = Math.cos((4 * Math.PI) / 5);
const SIN_72 = Math.sin((2 * Math.PI) / 5);
const SIN_144 = Math.sin((4 * Math.PI) / 5);

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
      const tr = ar - br;
      const ti = ai - bi;
      yr[out0 + q] = ar + br;
      yi[out0 + q] = ai + bi;
      yr[out0 + s + q] = tr * c + ti * d;
      yi[out0 + s + q] = ti * c - tr * d;
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
      const sr = br + cr;
      const si = bi + ci;
      const mr = ar - 0.5 * sr;
      const mi = ai - 0.5 * si;
      const er = SIN_60 * (bi - ci);
      const ei = SIN_60 * (cr - br);
      const ur = mr + er;
      const ui = mi + ei;
      const vr = mr - er;
      const vi = mi - ei;
      yr[out0 + q] = ar + sr;
      yi[out0 + q] = ai + si;
      yr[out0 + s + q] = ur * c1 + ui * d1;
      yi[out0 + s + q] = ui * c1 - ur * d1;
      yr[out0 + 2 * s + q] = vr * c2 + vi * d2;
      yi[out0 + 2 * s + q] = vi * c2 - vr * d2;
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
      const acr = ar + cr;
      const aci = ai + ci;
      const bdr = br + dr;
      const bdi = bi + di;
      const ur = ar - cr;
      const ui = ai - ci;
      // −i·(b − d)
      const vr = bi - di;
      const vi = dr - br;
      const t1r = ur + vr;
      const t1i = ui + vi;
      const t2r = acr - bdr;
      const t2i = aci - bdi;
      const t3r = ur - vr;
      const t3i = ui - vi;
      yr[out0 + q] = acr + bdr;
      yi[out0 + q] = aci + bdi;
      yr[out0 + s + q] = t1r * c1 + t1i * d1;
      yi[out0 + s + q] = t1i * c1 - t1r * d1;
      yr[out0 + 2 * s + q] = t2r * c2 + t2i * d2;
      yi[out0 + 2 * s + q] = t2i * c2 - t2r * d2;
      yr[out0 + 3 * s + q] = t3r * c3 + t3i * d3;
      yi[out0 + 3 * s + q] = t3i * c3 - t3r * d3;
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
      const s1r = br + er;
      const s1i = bi + ei;
      const s2r = cr + dr;
      const s2i = ci + di;
      const f1r = br - er;
      const f1i = bi - ei;
      const f2r = cr - dr;
      const f2i = ci - di;
      const m1r = ar + COS_72 * s1r + COS_144 * s2r;
      const m1i = ai + COS_72 * s1i + COS_144 * s2i;
      const m2r = ar + COS_144 * s1r + COS_72 * s2r;
      const m2i = ai + COS_144 * s1i + COS_72 * s2i;
      const n1r = SIN_72 * f1i + SIN_144 * f2i;
      const n1i = -SIN_72 * f1r - SIN_144 * f2r;
      const n2r = SIN_144 * f1i - SIN_72 * f2i;
      const n2i = -SIN_144 * f1r + SIN_72 * f2r;
      const t1r = m1r + n1r;
      const t1i = m1i + n1i;
      const t2r = m2r + n2r;
      const t2i = m2i + n2i;
      const t3r = m2r - n2r;
      const t3i = m2i - n2i;
      const t4r = m1r - n1r;
      const t4i = m1i - n1i;
      yr[o] = ar + s1r + s2r;
      yi[o] = ai + s1i + s2i;
      yr[o + s] = t1r * c1 + t1i * d1;
      yi[o + s] = t1i * c1 - t1r * d1;
      yr[o + 2 * s] = t2r * c2 + t2i * d2;
      yi[o + 2 * s] = t2i * c2 - t2r * d2;
      yr[o + 3 * s] = t3r * c3 + t3i * d3;
      yi[o + 3 * s] = t3i * c3 - t3r * d3;
      yr[o + 4 * s] = t4r * c4 + t4i * d4;
      yi[o + 4 * s] = t4i * c4 - t4r * d4;
    }
  }
}
