// Copy of src/add-mark.ts, eight pixels at a time.

/** Rounded product of two fixed-point numbers of 15 fractional bits: (a·b + 2^14) >> 15. */
function q15(a: i32, b: i32): i32 {
  return (a * b + 0x4000) >> 15;
}

/**
 * Marks `height` rows of `luma` in place and returns the sum of squared changes. `strength` holds one row of `width` 16-bit
 * values per block row, `gain` has 15 fractional bits, `weights` the `block` vertical weights, also of 15 bits.
 */
export function addMark(
  luma: usize,
  stride: i32,
  width: i32,
  height: i32,
  field: usize,
  strength: usize,
  block: i32,
  blockRows: i32,
  weights: usize,
  gain: i32,
  limit: i32,
): f64 {
  const half = block >> 1;
  let energy: f64 = 0;
  let run = -1;
  let k = block - half;
  for (let y = 0; y < height; y++) {
    if (k === block) {
      k = 0;
      run++;
    }
    // before the first centre and after the last one the outermost block row holds
    const upper = run < 0 ? 0 : run;
    const lower = run + 1 < blockRows ? run + 1 : blockRows - 1;
    energy += <f64>(
      addMarkRow(
        luma + <usize>y * stride,
        field + <usize>y * width,
        strength + ((<usize>upper * width) << 1),
        strength + ((<usize>lower * width) << 1),
        width,
        <i32>load<i16>(weights + ((<usize>k) << 1)),
        gain,
        limit,
      )
    );
    k++;
  }
  return energy;
}

function addMarkRow(
  luma: usize,
  field: usize,
  upper: usize,
  lower: usize,
  width: i32,
  weight: i32,
  gain: i32,
  limit: i32,
): i32 {
  const weights = i16x8.splat(<i16>weight);
  const gains = i16x8.splat(<i16>gain);
  const most = i16x8.splat(<i16>limit);
  const least = i16x8.splat(<i16>-limit);
  const white = i16x8.splat(255);
  const black = i16x8.splat(0);
  let sums = i32x4.splat(0);
  let x = 0;
  for (; x + 8 <= width; x += 8) {
    const above = v128.load(upper + ((<usize>x) << 1));
    const below = v128.load(lower + ((<usize>x) << 1));
    const between = i16x8.add(above, i16x8.q15mulr_sat_s(i16x8.sub(below, above), weights));
    const amount = i16x8.q15mulr_sat_s(between, gains);
    const wanted = i16x8.q15mulr_sat_s(amount, v128.load_ext<i8>(field + x));
    const change = i16x8.max_s(least, i16x8.min_s(most, wanted));
    const before = v128.load_ext<u8>(luma + x);
    const after = i16x8.max_s(black, i16x8.min_s(white, i16x8.add(before, change)));
    const difference = i16x8.sub(after, before);
    sums = i32x4.add(sums, i32x4.dot_i16x8_s(difference, difference));
    v128.store_lane<u64>(luma + x, i8x16.narrow_i16x8_u(after, after), 0);
  }
  let energy =
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3);
  for (; x < width; x++) {
    const above = <i32>load<i16>(upper + ((<usize>x) << 1));
    const below = <i32>load<i16>(lower + ((<usize>x) << 1));
    const amount = q15(above + q15(below - above, weight), gain);
    const change = max(-limit, min(limit, q15(amount, <i32>load<i8>(field + x))));
    const before = <i32>load<u8>(luma + x);
    const after = max(0, min(255, before + change));
    energy += (after - before) * (after - before);
    store<u8>(luma + x, <u8>after);
  }
  return energy;
}

/** out = from + (to − from)·weight, weight of 15 fractional bits, rounded; `count` signed bytes. */
export function blendFields(from: usize, to: usize, weight: i32, out: usize, count: i32): void {
  const weights = i16x8.splat(<i16>weight);
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const old = v128.load_ext<i8>(from + i);
    const step = i16x8.q15mulr_sat_s(i16x8.sub(v128.load_ext<i8>(to + i), old), weights);
    const mixed = i16x8.add(old, step);
    v128.store_lane<u64>(out + i, i8x16.narrow_i16x8_s(mixed, mixed), 0);
  }
  for (; i < count; i++) {
    const old = <i32>load<i8>(from + i);
    store<i8>(out + i, <i8>(old + q15(<i32>load<i8>(to + i) - old, weight)));
  }
}
