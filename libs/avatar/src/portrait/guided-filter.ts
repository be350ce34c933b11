/**
 * Guided filter (K. He, J. Sun, X. Tang, "Guided Image Filtering", ECCV 2010): the input, given the edges of the guide.
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
  const mean = (plane: Float32Array): Float32Array => boxMean(plane, width, height, radius);
  const meanGuide = mean(guide);
  const meanInput = mean(input);
  const square = mean(guide.map((value) => value * value));
  const product = mean(guide.map((value, i) => value * (input[i] ?? 0)));
  const gain = new Float32Array(guide.length);
  const offset = new Float32Array(guide.length);
  for (let i = 0; i < guide.length; i++) {
    const g = meanGuide[i] ?? 0;
    const p = meanInput[i] ?? 0;
    const a = ((product[i] ?? 0) - g * p) / ((square[i] ?? 0) - g * g + epsilon);
    gain[i] = a;
    offset[i] = p - a * g;
  }
  const meanGain = mean(gain);
  const meanOffset = mean(offset);
  return guide.map((value, i) => (meanGain[i] ?? 0) * value + (meanOffset[i] ?? 0));
}

/** Mean over (2r + 1)² pixels; windows are cut at the border. */
export function boxMean(plane: Float32Array, width: number, height: number, radius: number): Float32Array {
  const rows = new Float32Array(plane.length);
  for (let y = 0; y < height; y++) slide(plane, rows, y * width, 1, width, radius);
  const out = new Float32Array(plane.length);
  for (let x = 0; x < width; x++) slide(rows, out, x, width, height, radius);
  return out;
}

function slide(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  count: number,
  radius: number,
): void {
  let sum = 0;
  let inside = 0;
  for (let i = -radius; i < count; i++) {
    const enters = i + radius;
    const leaves = i - radius - 1;
    if (enters < count) {
      sum += from[start + enters * step] ?? 0;
      inside += 1;
    }
    if (leaves >= 0) {
      sum -= from[start + leaves * step] ?? 0;
      inside -= 1;
    }
    if (i >= 0) to[start + i * step] = sum / inside;
  }
}
