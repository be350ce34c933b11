// Small filters on planes of block values. The vertical passes run along rows, which is what memory likes.

/** Mean over up to (2·reach + 1)² values, fewer at the border, in place; `scratch` is overwritten. */
export function boxMean(
  values: Float32Array,
  scratch: Float32Array,
  columns: number,
  rows: number,
  reach: number,
): void {
  for (let row = 0; row < rows; row++) rowMean(values, scratch, row * columns, columns, reach);
  values.fill(0, 0, columns);
  let taken = 0;
  for (let row = 0; row < rows; row++) {
    const target = row * columns;
    // each output row starts from the sum of the one before, kept unscaled in the row itself until it is divided
    if (row > 0) copySum(values, target, columns, taken);
    const from = row === 0 ? 0 : row + reach;
    for (let add = from; add <= Math.min(rows - 1, row + reach); add++)
      addRow(values, target, scratch, add * columns, columns, 1);
    if (row > reach) addRow(values, target, scratch, (row - reach - 1) * columns, columns, -1);
    taken = Math.min(rows - 1, row + reach) - Math.max(0, row - reach) + 1;
    const scale = 1 / taken;
    for (let x = target; x < target + columns; x++) values[x] = (values[x] ?? 0) * scale;
  }
}

function rowMean(from: Float32Array, to: Float32Array, start: number, count: number, reach: number): void {
  let sum = 0;
  for (let i = 0; i < Math.min(reach, count); i++) sum += from[start + i] ?? 0;
  for (let i = 0; i < count; i++) {
    if (i + reach < count) sum += from[start + i + reach] ?? 0;
    if (i > reach) sum -= from[start + i - reach - 1] ?? 0;
    to[start + i] = sum / (Math.min(count - 1, i + reach) - Math.max(0, i - reach) + 1);
  }
}

function copySum(values: Float32Array, target: number, columns: number, scale: number): void {
  for (let x = target; x < target + columns; x++) values[x] = (values[x - columns] ?? 0) * scale;
}

function addRow(
  values: Float32Array,
  target: number,
  from: Float32Array,
  source: number,
  columns: number,
  sign: 1 | -1,
): void {
  for (let x = 0; x < columns; x++)
    values[target + x] = (values[target + x] ?? 0) + sign * (from[source + x] ?? 0);
}

/** Minimum over (2·reach + 1)² values, in place; `scratch` is overwritten. */
export function erode(
  values: Float32Array,
  scratch: Float32Array,
  columns: number,
  rows: number,
  reach: number,
): void {
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    for (let x = 0; x < columns; x++) {
      let least = Infinity;
      const end = Math.min(columns - 1, x + reach);
      for (let i = Math.max(0, x - reach); i <= end; i++) {
        const value = values[start + i] ?? 0;
        if (value < least) least = value;
      }
      scratch[start + x] = least;
    }
  }
  for (let row = 0; row < rows; row++) {
    const target = row * columns;
    values.fill(Infinity, target, target + columns);
    for (let other = Math.max(0, row - reach); other <= Math.min(rows - 1, row + reach); other++)
      leastOfRows(values, target, scratch, other * columns, columns);
  }
}

function leastOfRows(
  values: Float32Array,
  target: number,
  from: Float32Array,
  source: number,
  columns: number,
): void {
  for (let x = 0; x < columns; x++) {
    const value = from[source + x] ?? 0;
    if (value < (values[target + x] ?? 0)) values[target + x] = value;
  }
}
