/**
 * Guided filter (K. He, J. Sun, X. Tang, "Guided Image Filtering", ECCV 2010): the input, given the edges of the guide. Its
 * lines are fitted at half size (K. He, J. Sun, "Fast Guided Filter", arXiv 1505.00996, 2015).
 * @param guide 0–1; @param epsilon variance of the guide below which an edge is none
 */
export function guidedFilter(
  guide: Float32Array,
  input: Float32Array,
  width: number,
  height: number,
  radius: number,
  epsilon: number,
): Float32Array {
  const [w, h] = halfSize(width, height);
  const smallGuide = shrink(guide, width, height);
  const smallInput = shrink(input, width, height);
  const square = planeOf(w * h, (i) => (smallGuide[i] ?? 0) ** 2);
  const product = planeOf(w * h, (i) => (smallGuide[i] ?? 0) * (smallInput[i] ?? 0));
  const mean = (plane: Float32Array): Float32Array => boxMean(plane, w, h, Math.max(1, radius >> 1));
  const [guides, inputs, squares, products] = [
    mean(smallGuide),
    mean(smallInput),
    mean(square),
    mean(product),
  ];
  const gain = planeOf(w * h, (i) => {
    const g = guides[i] ?? 0;
    return ((products[i] ?? 0) - g * (inputs[i] ?? 0)) / ((squares[i] ?? 0) - g * g + epsilon);
  });
  const offset = planeOf(w * h, (i) => (inputs[i] ?? 0) - (gain[i] ?? 0) * (guides[i] ?? 0));
  const gains = enlarge(mean(gain), width, height);
  const offsets = enlarge(mean(offset), width, height);
  return planeOf(guide.length, (i) => (gains[i] ?? 0) * (guide[i] ?? 0) + (offsets[i] ?? 0));
}

/** A plane of half the size (sides rounded up): means of four, at an odd end of those that are there. */
export function shrink(plane: Float32Array, width: number, height: number): Float32Array {
  const [w, h] = halfSize(width, height);
  const out = new Float32Array(w * h);
  for (let y = 0, i = 0; y < h; y++) {
    const top = 2 * y * width;
    const bottom = Math.min(2 * y + 1, height - 1) * width;
    for (let x = 0; x < w; x++, i++) {
      const left = 2 * x;
      const right = Math.min(left + 1, width - 1);
      const above = (plane[top + left] ?? 0) + (plane[top + right] ?? 0);
      out[i] = (above + (plane[bottom + left] ?? 0) + (plane[bottom + right] ?? 0)) / 4;
    }
  }
  return out;
}

/** A plane of half the size (sides rounded up) at `width` × `height`, bilinear: every sample is three quarters of the one it lies in. */
export function enlarge(half: Float32Array, width: number, height: number): Float32Array {
  const [w, h] = halfSize(width, height);
  const out = new Float32Array(width * height);
  const row = new Float32Array(w);
  for (let y = 0, i = 0; y < height; y++) {
    const own = (y >> 1) * w;
    const next = neighbour(y, h) * w;
    for (let x = 0; x < w; x++) row[x] = 0.75 * (half[own + x] ?? 0) + 0.25 * (half[next + x] ?? 0);
    for (let x = 0; x < width; x++, i++)
      out[i] = 0.75 * (row[x >> 1] ?? 0) + 0.25 * (row[neighbour(x, w)] ?? 0);
  }
  return out;
}

/** The half-size sample on the other side of a full-size one. */
function neighbour(at: number, samples: number): number {
  const other = (at >> 1) + ((at & 1) === 1 ? 1 : -1);
  return Math.max(0, Math.min(samples - 1, other));
}

/** A plane of so many samples, each made by `at`: `map` of a typed array takes several times as long. */
export function planeOf(samples: number, at: (i: number) => number): Float32Array {
  const out = new Float32Array(samples);
  for (let i = 0; i < samples; i++) out[i] = at(i);
  return out;
}

export function halfSize(width: number, height: number): readonly [number, number] {
  return [(width + 1) >> 1, (height + 1) >> 1];
}

/** Mean over (2r + 1)² pixels; windows are cut at the border. */
export function boxMean(plane: Float32Array, width: number, height: number, radius: number): Float32Array {
  const rows = new Float32Array(plane.length);
  for (let y = 0; y < height; y++) slideAlong(plane, rows, y * width, width, radius);
  return slideDown(rows, width, height, radius);
}

function slideAlong(
  from: Float32Array,
  to: Float32Array,
  start: number,
  count: number,
  radius: number,
): void {
  let sum = 0;
  let inside = 0;
  for (let i = -radius; i < count; i++) {
    const enters = i + radius;
    const leaves = i - radius - 1;
    if (enters < count) {
      sum += from[start + enters] ?? 0;
      inside += 1;
    }
    if (leaves >= 0) {
      sum -= from[start + leaves] ?? 0;
      inside -= 1;
    }
    if (i >= 0) to[start + i] = sum / inside;
  }
}

/** All columns at once, row by row, as memory lies: a column at a time takes several times as long. */
function slideDown(from: Float32Array, width: number, height: number, radius: number): Float32Array {
  const to = new Float32Array(from.length);
  const sums = new Float64Array(width);
  let inside = 0;
  for (let y = -radius; y < height; y++) {
    const enters = y + radius;
    const leaves = y - radius - 1;
    if (enters < height) {
      const row = enters * width;
      for (let x = 0; x < width; x++) sums[x] = (sums[x] ?? 0) + (from[row + x] ?? 0);
      inside += 1;
    }
    if (leaves >= 0) {
      const row = leaves * width;
      for (let x = 0; x < width; x++) sums[x] = (sums[x] ?? 0) - (from[row + x] ?? 0);
      inside -= 1;
    }
    if (y < 0) continue;
    const row = y * width;
    for (let x = 0; x < width; x++) to[row + x] = (sums[x] ?? 0) / inside;
  }
  return to;
}
