// Copy of src/loudness-filter.ts.

/**
 * Local energy of the inner width·height samples of a picture whose rows are `pitch` floats apart: squares, then three running means
 * of 2·reach + 1 samples, fewer at the border, along rows and columns. `counts` holds 1/number of samples for every column, then
 * for every row; `line` has room for width + 2·reach + 4 floats; planes for four more than they hold.
 */
export function localEnergy(
  inner: usize,
  pitch: i32,
  width: i32,
  height: i32,
  reach: i32,
  counts: usize,
  line: usize,
  scratch: usize,
  energy: usize,
): void {
  const bytes = (<usize>width) << 2;
  for (let y = 0; y < height; y++) {
    const source = inner + ((<usize>y * pitch) << 2);
    const target = energy + <usize>y * bytes;
    for (let x: usize = 0; x < bytes; x += 16) {
      const value = v128.load(source + x);
      v128.store(target + x, f32x4.mul(value, value));
    }
  }
  for (let pass = 0; pass < 3; pass++) {
    meansOfRows(energy, scratch, line, width, height, reach, counts);
    meansOfColumns(scratch, energy, width, height, reach, counts + bytes);
  }
}

function meansOfRows(
  from: usize,
  to: usize,
  line: usize,
  width: i32,
  height: i32,
  reach: i32,
  counts: usize,
): void {
  const bytes = (<usize>width) << 2;
  const border = (<usize>reach) << 2;
  memory.fill(line, 0, border);
  memory.fill(line + border + bytes, 0, border);
  for (let y: usize = 0; y < <usize>height; y++) {
    memory.copy(line + border, from + y * bytes, bytes);
    for (let x: usize = 0; x < bytes; x += 16) {
      let sum = v128.load(line + x);
      for (let tap: usize = 4; tap <= 2 * border; tap += 4) sum = f32x4.add(sum, v128.load(line + x + tap));
      v128.store(to + y * bytes + x, f32x4.mul(sum, v128.load(counts + x)));
    }
  }
}

function meansOfColumns(from: usize, to: usize, width: i32, height: i32, reach: i32, counts: usize): void {
  const bytes = (<usize>width) << 2;
  for (let y = 0; y < height; y++) {
    const first = max(0, y - reach);
    const last = min(height - 1, y + reach);
    const scale = v128.load32_splat(counts + ((<usize>y) << 2));
    for (let x: usize = 0; x < bytes; x += 16) {
      let sum = v128.load(from + <usize>first * bytes + x);
      for (let other = first + 1; other <= last; other++)
        sum = f32x4.add(sum, v128.load(from + <usize>other * bytes + x));
      v128.store(to + <usize>y * bytes + x, f32x4.mul(sum, scale));
    }
  }
}

/** sum += sample / level^1.5 with level = √energy + floor; tight rows of sums. */
export function addByLoudness(
  inner: usize,
  pitch: i32,
  width: i32,
  height: i32,
  energy: usize,
  floor: f32,
  sum: usize,
): void {
  const bytes = (<usize>width) << 2;
  const floors = f32x4.splat(floor);
  for (let y = 0; y < height; y++) {
    const source = inner + ((<usize>y * pitch) << 2);
    const row = <usize>y * bytes;
    let x: usize = 0;
    for (; x + 16 <= bytes; x += 16) {
      const level = f32x4.add(f32x4.sqrt(v128.load(energy + row + x)), floors);
      const part = f32x4.div(v128.load(source + x), f32x4.mul(level, f32x4.sqrt(level)));
      v128.store(sum + row + x, f32x4.add(v128.load(sum + row + x), part));
    }
    for (; x < bytes; x += 4) {
      const level = Mathf.sqrt(load<f32>(energy + row + x)) + floor;
      const part = load<f32>(source + x) / (level * Mathf.sqrt(level));
      store<f32>(sum + row + x, load<f32>(sum + row + x) + part);
    }
  }
}
