// Copy of src/resizer.ts. Axis plans: first input sample (32-bit) and `taps` weights (floats) per output sample.

/**
 * Adds `share` times the weighted means of a plane, whose rows are `stride` samples apart, to tight rows of `columns` floats: rows
 * are summed into `line` (room for `width` + 8 floats), then samples along the line. Samples are bytes, or floats.
 */
export function addResized(
  plane: usize,
  isFloat: bool,
  stride: i32,
  share: f32,
  width: i32,
  columns: i32,
  rows: i32,
  columnTaps: i32,
  columnFirst: usize,
  columnWeights: usize,
  rowTaps: i32,
  rowFirst: usize,
  rowWeights: usize,
  line: usize,
  out: usize,
): void {
  for (let y = 0; y < rows; y++) {
    const first = load<i32>(rowFirst + ((<usize>y) << 2));
    const weights = rowWeights + ((<usize>y * rowTaps) << 2);
    memory.fill(line, 0, (<usize>width) << 2);
    for (let tap = 0; tap < rowTaps; tap++) {
      const weight = load<f32>(weights + ((<usize>tap) << 2));
      if (weight === 0) continue;
      const start = <usize>(first + tap) * stride;
      if (isFloat) addFloats(plane + (start << 2), width, share * weight, line);
      else addBytes(plane + start, width, share * weight, line);
    }
    const target = out + ((<usize>y * columns) << 2);
    addLine(line, columns, columnTaps, columnFirst, columnWeights, target);
  }
}

function addBytes(luma: usize, width: i32, weight: f32, line: usize): void {
  const weights = f32x4.splat(weight);
  let x = 0;
  for (; x + 8 <= width; x += 8) {
    const words = v128.load_ext<u8>(luma + x);
    const low = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(words));
    const high = f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(words));
    const at = line + ((<usize>x) << 2);
    v128.store(at, f32x4.add(v128.load(at), f32x4.mul(weights, low)));
    v128.store(at, f32x4.add(v128.load(at, 16), f32x4.mul(weights, high)), 16);
  }
  for (; x < width; x++) {
    const at = line + ((<usize>x) << 2);
    store<f32>(at, load<f32>(at) + weight * <f32>load<u8>(luma + x));
  }
}

function addLine(line: usize, columns: i32, taps: i32, first: usize, weights: usize, out: usize): void {
  let weight = weights;
  for (let x: usize = 0; x < (<usize>columns) << 2; x += 4) {
    const base = line + ((<usize>load<i32>(first + x)) << 2);
    let sum: f32 = 0;
    for (let tap: usize = 0; tap < (<usize>taps) << 2; tap += 4)
      sum += load<f32>(weight + tap) * load<f32>(base + tap);
    store<f32>(out + x, load<f32>(out + x) + sum);
    weight += (<usize>taps) << 2;
  }
}

function addFloats(row: usize, width: i32, weight: f32, line: usize): void {
  const weights = f32x4.splat(weight);
  const bytes = (<usize>width) << 2;
  // past the end lies slack on both sides
  for (let x: usize = 0; x < bytes; x += 16)
    v128.store(line + x, f32x4.add(v128.load(line + x), f32x4.mul(weights, v128.load(row + x))));
}
