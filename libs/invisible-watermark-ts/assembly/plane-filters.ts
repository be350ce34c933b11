// Copy of src/plane-filters.ts, four values at a time. What a vector writes past the end of a row, the next row overwrites.

/** Bytes of a padded line before its first value: four floats. */
const LINE_START: usize = 16;

/** Mean over (2·reach + 1)² values, the border repeated; reach 1 or 2. */
export function box(
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
export function erode(plane: usize, scratch: usize, line: usize, columns: i32, rows: i32): void {
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
