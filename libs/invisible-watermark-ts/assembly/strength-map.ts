// Copy of src/strength-map.ts, four blocks at a time. A vector may write up to three values past the
// end of a row: the next row overwrites them, and planes have room for them after the last.

import { box, erode } from './plane-filters';

/**
 * Strength per block, in 1/2048, into `out` (16 bits each, room for four more). Returns the sum of squares. `mean`, `detail`
 * and `scratch` are planes of columns·rows + 4 floats, `line` has room for max(columns + 16 floats, width 16-bit sums).
 */
export function updateStrength(
  luma: usize,
  stride: i32,
  width: i32,
  height: i32,
  block: i32,
  columns: i32,
  rows: i32,
  flat: f32,
  most: f32,
  dark: f32,
  darkSlope: f32,
  mean: usize,
  detail: usize,
  scratch: usize,
  line: usize,
  out: usize,
): f64 {
  const count = columns * rows;
  blockMeans(luma, stride, width, height, block, columns, rows, line, detail);
  box(detail, mean, scratch, line, columns, rows, 2, 1.0 / 25.0);
  squaredDifference(detail, mean, count);
  box(detail, detail, scratch, line, columns, rows, 2, 1.0 / 25.0);
  squareRoot(detail, count);
  erode(detail, scratch, line, columns, rows);
  strengthOf(detail, mean, count, flat, most, dark, darkSlope);
  for (let pass = 0; pass < 3; pass++) box(detail, detail, scratch, line, columns, rows, 1, 1.0 / 9.0);
  return quantise(detail, out, count);
}

/** Mean luma of every block; the last column and row may be narrower. */
function blockMeans(
  luma: usize,
  stride: i32,
  width: i32,
  height: i32,
  block: i32,
  columns: i32,
  rows: i32,
  sums: usize,
  out: usize,
): void {
  for (let row = 0; row < rows; row++) {
    const top = row * block;
    const tall = min(block, height - top);
    sumColumns(luma + <usize>top * stride, stride, width, tall, sums);
    const target = out + ((<usize>row * columns) << 2);
    let column = block === 4 ? meansOfFour(sums, width, <f32>(tall * 4), target) : 0;
    for (; column < columns; column++) {
      const left = column * block;
      const wide = min(block, width - left);
      let sum = 0;
      for (let x = left; x < left + wide; x++) sum += <i32>load<u16>(sums + ((<usize>x) << 1));
      store<f32>(target + ((<usize>column) << 2), <f32>sum / <f32>(tall * wide));
    }
  }
}

/** Sums of `tall` rows, column by column, 16 bits each. */
function sumColumns(luma: usize, stride: i32, width: i32, tall: i32, sums: usize): void {
  let x = 0;
  for (; x + 8 <= width; x += 8) {
    let sum = v128.load_ext<u8>(luma + x);
    for (let y = 1; y < tall; y++) sum = i16x8.add(sum, v128.load_ext<u8>(luma + <usize>y * stride + x));
    v128.store(sums + ((<usize>x) << 1), sum);
  }
  for (; x < width; x++) {
    let sum = 0;
    for (let y = 0; y < tall; y++) sum += <i32>load<u8>(luma + <usize>y * stride + x);
    store<u16>(sums + ((<usize>x) << 1), <u16>sum);
  }
}

/** Blocks of four pixels, four blocks at a time; returns how many blocks are done. */
function meansOfFour(sums: usize, width: i32, area: f32, out: usize): i32 {
  const areas = f32x4.splat(area);
  let x = 0;
  for (; x + 16 <= width; x += 16) {
    const left = i32x4.extadd_pairwise_i16x8_u(v128.load(sums + ((<usize>x) << 1)));
    const right = i32x4.extadd_pairwise_i16x8_u(v128.load(sums + ((<usize>x) << 1), 16));
    const sum = i32x4.add(
      v128.shuffle<i32>(left, right, 0, 2, 4, 6),
      v128.shuffle<i32>(left, right, 1, 3, 5, 7),
    );
    v128.store(out + x, f32x4.div(f32x4.convert_i32x4_s(sum), areas));
  }
  return x >> 2;
}

function squaredDifference(values: usize, mean: usize, count: i32): void {
  for (let i: usize = 0; i < (<usize>count) << 2; i += 16) {
    const difference = f32x4.sub(v128.load(values + i), v128.load(mean + i));
    v128.store(values + i, f32x4.mul(difference, difference));
  }
}

function squareRoot(values: usize, count: i32): void {
  for (let i: usize = 0; i < (<usize>count) << 2; i += 16)
    v128.store(values + i, f32x4.sqrt(v128.load(values + i)));
}

function strengthOf(
  deviation: usize,
  mean: usize,
  count: i32,
  flat: f32,
  most: f32,
  dark: f32,
  darkSlope: f32,
): void {
  for (let i: usize = 0; i < (<usize>count) << 2; i += 16) {
    const strength = f32x4.min(f32x4.splat(most), f32x4.add(f32x4.splat(flat), v128.load(deviation + i)));
    const shade = f32x4.add(f32x4.splat(dark), f32x4.mul(v128.load(mean + i), f32x4.splat(darkSlope)));
    v128.store(deviation + i, f32x4.mul(strength, f32x4.min(f32x4.splat(1), shade)));
  }
}

function quantise(values: usize, out: usize, count: i32): f64 {
  let energy: f64 = 0;
  for (let i = 0; i < count; i++) {
    const value = <i32>(load<f32>(values + ((<usize>i) << 2)) * 2048.0 + 0.5);
    store<i16>(out + ((<usize>i) << 1), <i16>value);
    energy += <f64>(value * value);
  }
  return energy;
}

/**
 * Spreads the strength of every block row over the pixels of a row, linearly between block centres; `weights` holds the
 * `block` weights in 1/32768. One row of `width` 16-bit values per block row.
 */
export function expandStrength(
  values: usize,
  columns: i32,
  rows: i32,
  block: i32,
  weights: usize,
  out: usize,
  width: i32,
): void {
  const half = block >> 1;
  for (let row = 0; row < rows; row++) {
    const blocks = values + ((<usize>row * columns) << 1);
    const target = out + ((<usize>row * width) << 1);
    let x = 0;
    for (let run = -1; x < width; run++) {
      const value = <i32>load<i16>(blocks + ((<usize>max(0, run)) << 1));
      const step = <i32>load<i16>(blocks + ((<usize>min(columns - 1, run + 1)) << 1)) - value;
      const start = run * block + half;
      const stop = min(width, start + block);
      for (; x < stop; x++) {
        const weight = <i32>load<i16>(weights + ((<usize>(x - start)) << 1));
        store<i16>(target + ((<usize>x) << 1), <i16>(value + ((step * weight + 0x4000) >> 15)));
      }
    }
  }
}
