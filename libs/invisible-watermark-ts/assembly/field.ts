// Copy of the sampling in src/field.ts.

/** Sum of squares over a window of the grid: four 64-bit sums by column modulo 4, added in pairs. */
export function gridEnergy(
  grid: usize,
  gridWidth: i32,
  fromColumn: i32,
  toColumn: i32,
  fromRow: i32,
  toRow: i32,
): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let y = fromRow; y < toRow; y++) {
    const row = grid + ((<usize>y * gridWidth) << 2);
    let x = fromColumn;
    for (; x + 4 <= toColumn; x += 4) {
      const values = v128.load(row + ((<usize>x) << 2));
      const left = f64x2.promote_low_f32x4(values);
      const right = f64x2.promote_low_f32x4(v128.shuffle<i32>(values, values, 2, 3, 2, 3));
      low = f64x2.add(low, f64x2.mul(left, left));
      high = f64x2.add(high, f64x2.mul(right, right));
    }
    for (let lane = 0; x < toColumn; x++, lane++) {
      const value = <f64>load<f32>(row + ((<usize>x) << 2));
      const square = value * value;
      if (lane === 0) low = f64x2.replace_lane(low, 0, f64x2.extract_lane(low, 0) + square);
      else if (lane === 1) low = f64x2.replace_lane(low, 1, f64x2.extract_lane(low, 1) + square);
      else high = f64x2.replace_lane(high, 0, f64x2.extract_lane(high, 0) + square);
    }
  }
  return (
    f64x2.extract_lane(low, 0) +
    f64x2.extract_lane(low, 1) +
    (f64x2.extract_lane(high, 0) + f64x2.extract_lane(high, 1))
  );
}

/**
 * Bilinear interpolation of the grid at every frame pixel, times `scale`, rounded half up, within ±127. Axis plans: lower
 * neighbour (32-bit) and weight of the upper one (float). `top` and `bottom` are lines of `width` + 4 floats.
 */
export function sampleGrid(
  grid: usize,
  gridWidth: i32,
  columnLower: usize,
  columnWeight: usize,
  rowLower: usize,
  rowWeight: usize,
  width: i32,
  height: i32,
  scale: f32,
  top: usize,
  bottom: usize,
  out: usize,
): void {
  let upper = top;
  let lower = bottom;
  let held = -2;
  for (let y = 0; y < height; y++) {
    const row = load<i32>(rowLower + ((<usize>y) << 2));
    if (row === held + 1) {
      const kept = upper;
      upper = lower;
      lower = kept;
      sampleLine(grid, gridWidth, row + 1, columnLower, columnWeight, width, scale, lower);
    } else if (row !== held) {
      sampleLine(grid, gridWidth, row, columnLower, columnWeight, width, scale, upper);
      sampleLine(grid, gridWidth, row + 1, columnLower, columnWeight, width, scale, lower);
    }
    held = row;
    mixLines(upper, lower, load<f32>(rowWeight + ((<usize>y) << 2)), out + <usize>y * width, width);
  }
}

function sampleLine(
  grid: usize,
  gridWidth: i32,
  row: i32,
  columnLower: usize,
  columnWeight: usize,
  width: i32,
  scale: f32,
  out: usize,
): void {
  const start = grid + ((<usize>row * gridWidth) << 2);
  for (let x: usize = 0; x < (<usize>width) << 2; x += 4) {
    const at = start + ((<usize>load<i32>(columnLower + x)) << 2);
    const left = load<f32>(at);
    store<f32>(out + x, (left + (load<f32>(at, 4) - left) * load<f32>(columnWeight + x)) * scale);
  }
}

function mixLines(upper: usize, lower: usize, weight: f32, out: usize, width: i32): void {
  const weights = f32x4.splat(weight);
  const half = f32x4.splat(0.5);
  let x = 0;
  for (; x + 8 <= width; x += 8) {
    const at = (<usize>x) << 2;
    const first = roundedMix(upper + at, lower + at, weights, half);
    const second = roundedMix(upper + at + 16, lower + at + 16, weights, half);
    const words = i16x8.max_s(i16x8.splat(-127), i16x8.narrow_i32x4_s(first, second));
    v128.store_lane<u64>(out + x, i8x16.narrow_i16x8_s(words, words), 0);
  }
  for (; x < width; x++) {
    const at = (<usize>x) << 2;
    const above = load<f32>(upper + at);
    const mixed = above + (load<f32>(lower + at) - above) * weight;
    store<i8>(out + x, <i8>max(-127, min(127, <i32>Mathf.floor(mixed + 0.5))));
  }
}

function roundedMix(upper: usize, lower: usize, weights: v128, half: v128): v128 {
  const above = v128.load(upper);
  const mixed = f32x4.add(above, f32x4.mul(f32x4.sub(v128.load(lower), above), weights));
  return i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(mixed, half)));
}
