// Copy of src/fft2d.ts. Rows are transformed four at a time, interleaved.

import { transform } from './fft';

/** Where the arrays of a two-dimensional transform lie; `pitch` is half the width rounded up to a multiple of four. */
@unmanaged
class Work {
  width: i32 = 0;
  height: i32 = 0;
  pitch: i32 = 0;
  samples: usize = 0;
  re: usize = 0;
  im: usize = 0;
  halvesRe: usize = 0;
  halvesIm: usize = 0;
  workRe: usize = 0;
  workIm: usize = 0;
  vertical: usize = 0;
  horizontal: usize = 0;
  /** Spectrum rows that may be other than zero (inverse only). */
  usedRows: i32 = 0;
}

/** samples → spectrum (re, im). */
export function forward2d(at: usize): void {
  const w = changetype<Work>(at);
  splitHalves(w);
  const inWork = transform(w.vertical, w.pitch, w.halvesRe, w.halvesIm, w.workRe, w.workIm);
  untangle(w, inWork ? w.workRe : w.halvesRe, inWork ? w.workIm : w.halvesIm);
  eachRow(w, w.re, w.im, w.height / 2 + 1);
}

/** spectrum → samples, with the factor 1/(width·height); overwrites the spectrum. */
export function inverse2d(at: usize): void {
  const w = changetype<Work>(at);
  eachRow(w, w.im, w.re, w.usedRows);
  tangle(w);
  const inWork = transform(w.vertical, w.pitch, w.halvesIm, w.halvesRe, w.workIm, w.workRe);
  joinHalves(w, inWork ? w.workRe : w.halvesRe, inWork ? w.workIm : w.halvesIm);
}

function splitHalves(w: Work): void {
  const half = (<usize>w.width) << 1;
  for (let y: usize = 0; y < <usize>w.height; y++) {
    const target = (y * w.pitch) << 2;
    memory.copy(w.halvesRe + target, w.samples + 2 * y * half, half);
    memory.copy(w.halvesIm + target, w.samples + (2 * y + 1) * half, half);
  }
}

function joinHalves(w: Work, re: usize, im: usize): void {
  const half = (<usize>w.width) << 1;
  const scale = f32x4.splat(1.0 / <f32>(w.width * w.height));
  for (let y: usize = 0; y < <usize>w.height; y++) {
    const source = (y * w.pitch) << 2;
    scaleRow(re + source, w.samples + 2 * y * half, half, scale);
    scaleRow(im + source, w.samples + (2 * y + 1) * half, half, scale);
  }
}

function scaleRow(from: usize, to: usize, bytes: usize, scale: v128): void {
  let x: usize = 0;
  for (; x + 16 <= bytes; x += 16) v128.store(to + x, f32x4.mul(v128.load(from + x), scale));
  for (; x < bytes; x += 4) store<f32>(to + x, load<f32>(from + x) * f32x4.extract_lane(scale, 0));
}

/** Separates the two real transforms: left = (Z(k) + conj Z(−k))/2, right = (Z(k) − conj Z(−k))/2i. */
function untangle(w: Work, re: usize, im: usize): void {
  const half = (<usize>w.width) << 1;
  const rows = w.height / 2 + 1;
  const halves = f32x4.splat(0.5);
  for (let k = 0; k < rows; k++) {
    const plus = (<usize>k * w.pitch) << 2;
    const minus = (<usize>((w.height - k) % w.height) * w.pitch) << 2;
    const left = <usize>k * half * 2;
    const right = left + half;
    let x: usize = 0;
    for (; x + 16 <= half; x += 16) {
      const ar = v128.load(re + plus + x);
      const ai = v128.load(im + plus + x);
      const br = v128.load(re + minus + x);
      const bi = v128.load(im + minus + x);
      v128.store(w.re + left + x, f32x4.mul(halves, f32x4.add(ar, br)));
      v128.store(w.im + left + x, f32x4.mul(halves, f32x4.sub(ai, bi)));
      v128.store(w.re + right + x, f32x4.mul(halves, f32x4.add(ai, bi)));
      v128.store(w.im + right + x, f32x4.mul(halves, f32x4.sub(br, ar)));
    }
    for (; x < half; x += 4) {
      const ar = load<f32>(re + plus + x);
      const ai = load<f32>(im + plus + x);
      const br = load<f32>(re + minus + x);
      const bi = load<f32>(im + minus + x);
      store<f32>(w.re + left + x, <f32>0.5 * (ar + br));
      store<f32>(w.im + left + x, <f32>0.5 * (ai - bi));
      store<f32>(w.re + right + x, <f32>0.5 * (ai + bi));
      store<f32>(w.im + right + x, <f32>0.5 * (br - ar));
    }
  }
}

/** The reverse: Z(k) = left + i·right, and Z(−k) from their conjugates. */
function tangle(w: Work): void {
  const half = (<usize>w.width) << 1;
  const rows = w.height / 2 + 1;
  for (let k = 0; k < rows; k++) {
    const plus = (<usize>k * w.pitch) << 2;
    const minus = (<usize>((w.height - k) % w.height) * w.pitch) << 2;
    const left = <usize>k * half * 2;
    const right = left + half;
    let x: usize = 0;
    for (; x + 16 <= half; x += 16) {
      const lr = v128.load(w.re + left + x);
      const li = v128.load(w.im + left + x);
      const rr = v128.load(w.re + right + x);
      const ri = v128.load(w.im + right + x);
      v128.store(w.halvesRe + minus + x, f32x4.add(lr, ri));
      v128.store(w.halvesIm + minus + x, f32x4.sub(rr, li));
      v128.store(w.halvesRe + plus + x, f32x4.sub(lr, ri));
      v128.store(w.halvesIm + plus + x, f32x4.add(li, rr));
    }
    for (; x < half; x += 4) {
      const lr = load<f32>(w.re + left + x);
      const li = load<f32>(w.im + left + x);
      const rr = load<f32>(w.re + right + x);
      const ri = load<f32>(w.im + right + x);
      store<f32>(w.halvesRe + minus + x, lr + ri);
      store<f32>(w.halvesIm + minus + x, rr - li);
      store<f32>(w.halvesRe + plus + x, lr - ri);
      store<f32>(w.halvesIm + plus + x, li + rr);
    }
  }
}

/** Transforms the first `rows` rows of a spectrum in place. The halves serve as the interleaved rows: both have room. */
function eachRow(w: Work, re: usize, im: usize, rows: i32): void {
  const bytes = (<usize>w.width) << 2;
  for (let k = 0; k < rows; k += 4) {
    const taken = min(4, rows - k);
    const start = <usize>k * bytes;
    interleave(re + start, bytes, taken, w.halvesRe);
    interleave(im + start, bytes, taken, w.halvesIm);
    const inWork = transform(w.horizontal, 4, w.halvesRe, w.halvesIm, w.workRe, w.workIm);
    deinterleave(inWork ? w.workRe : w.halvesRe, re + start, bytes, taken);
    deinterleave(inWork ? w.workIm : w.halvesIm, im + start, bytes, taken);
  }
}

/** Four rows, value by value; rows beyond `taken` repeat the last one. */
function interleave(rows: usize, bytes: usize, taken: i32, out: usize): void {
  const r1 = rows + bytes * min(1, taken - 1);
  const r2 = rows + bytes * min(2, taken - 1);
  const r3 = rows + bytes * min(3, taken - 1);
  let x: usize = 0;
  for (; x + 16 <= bytes; x += 16) {
    const a = v128.load(rows + x);
    const b = v128.load(r1 + x);
    const c = v128.load(r2 + x);
    const d = v128.load(r3 + x);
    const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    const ef = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    const gh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
    v128.store(out + 4 * x, v128.shuffle<i32>(ab, cd, 0, 1, 4, 5));
    v128.store(out + 4 * x, v128.shuffle<i32>(ab, cd, 2, 3, 6, 7), 16);
    v128.store(out + 4 * x, v128.shuffle<i32>(ef, gh, 0, 1, 4, 5), 32);
    v128.store(out + 4 * x, v128.shuffle<i32>(ef, gh, 2, 3, 6, 7), 48);
  }
  for (; x < bytes; x += 4) {
    store<f32>(out + 4 * x, load<f32>(rows + x));
    store<f32>(out + 4 * x, load<f32>(r1 + x), 4);
    store<f32>(out + 4 * x, load<f32>(r2 + x), 8);
    store<f32>(out + 4 * x, load<f32>(r3 + x), 12);
  }
}

function deinterleave(from: usize, rows: usize, bytes: usize, taken: i32): void {
  for (let row: usize = 0; row < <usize>taken; row++) {
    const target = rows + row * bytes;
    const source = from + (row << 2);
    for (let x: usize = 0; x < bytes; x += 4) store<f32>(target + x, load<f32>(source + 4 * x));
  }
}
