// Copy of src/strength-map.ts and src/plane-filters.ts, four blocks at a time. A vector may write up to three values past the
// end of a row: the next row overwrites them, and planes have room for them after the last.

/** Bytes of a padded line before its first value: four floats. */
const LINE_START: usize = 16;

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

/** Mean over (2·reach + 1)² values, the border repeated; reach 1 or 2. */
function box(
  from: usize,
  to: usize,
  scratch: usize,
  line: usize,
  columns: i32,
  rows: i32,
  reach: i32,
  scale: f32,
): void {
  const scales = f32x4.splat(scale);
  const pitch = (<usize>columns) << 2;
  for (let y = 0; y < rows; y++) {
    padLine(from + <usize>y * pitch, line, columns);
    const target = scratch + <usize>y * pitch;
    const first = line + LINE_START;
    if (reach === 1)
      for (let x: usize = 0; x < pitch; x += 16)
        v128.store(target + x, sum3(first + x - 4, first + x, first + x + 4));
    else
      for (let x: usize = 0; x < pitch; x += 16) {
        const at = first + x;
        v128.store(target + x, sum5(at - 8, at - 4, at, at + 4, at + 8));
      }
  }
  for (let y = 0; y < rows; y++) {
    const target = to + <usize>y * pitch;
    const a1 = rowAt(scratch, y - 1, rows, pitch);
    const a0 = rowAt(scratch, y, rows, pitch);
    const b1 = rowAt(scratch, y + 1, rows, pitch);
    if (reach === 1)
      for (let x: usize = 0; x < pitch; x += 16)
        v128.store(target + x, f32x4.mul(sum3(a1 + x, a0 + x, b1 + x), scales));
    else {
      const a2 = rowAt(scratch, y - 2, rows, pitch);
      const b2 = rowAt(scratch, y + 2, rows, pitch);
      for (let x: usize = 0; x < pitch; x += 16)
        v128.store(target + x, f32x4.mul(sum5(a2 + x, a1 + x, a0 + x, b1 + x, b2 + x), scales));
    }
  }
}

function sum3(a: usize, b: usize, c: usize): v128 {
  return f32x4.add(f32x4.add(v128.load(a), v128.load(b)), v128.load(c));
}

function sum5(a: usize, b: usize, c: usize, d: usize, e: usize): v128 {
  const left = f32x4.add(v128.load(a), v128.load(b));
  const right = f32x4.add(v128.load(c), v128.load(d));
  return f32x4.add(f32x4.add(left, right), v128.load(e));
}

function rowAt(plane: usize, y: i32, rows: i32, pitch: usize): usize {
  return plane + <usize>max(0, min(rows - 1, y)) * pitch;
}

/** A row with its first and last value repeated four times on either side. */
function padLine(from: usize, line: usize, columns: i32): void {
  const bytes = (<usize>columns) << 2;
  memory.copy(line + LINE_START, from, bytes);
  v128.store(line, f32x4.splat(load<f32>(from)));
  v128.store(line + LINE_START + bytes, f32x4.splat(load<f32>(from + bytes - 4)));
}

/** Minimum over 9×9 values, in place. */
function erode(plane: usize, scratch: usize, line: usize, columns: i32, rows: i32): void {
  const pitch = (<usize>columns) << 2;
  for (let y = 0; y < rows; y++) {
    padLine(plane + <usize>y * pitch, line, columns);
    const target = scratch + <usize>y * pitch;
    for (let x: usize = 0; x < pitch; x += 16) {
      let least = v128.load(line + x);
      for (let tap: usize = 4; tap <= 32; tap += 4) least = f32x4.min(least, v128.load(line + x + tap));
      v128.store(target + x, least);
    }
  }
  for (let y = 0; y < rows; y++) {
    const target = plane + <usize>y * pitch;
    const first = max(0, y - 4);
    const last = min(rows - 1, y + 4);
    for (let x: usize = 0; x < pitch; x += 16) {
      let least = v128.load(scratch + <usize>first * pitch + x);
      for (let other = first + 1; other <= last; other++)
        least = f32x4.min(least, v128.load(scratch + <usize>other * pitch + x));
      v128.store(target + x, least);
    }
  }
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
