/**
 * Fills a plane smoothly from its known samples: weighted means down a pyramid, then back up where weight is missing
 * (S. J. Gortler et al., "The Lumigraph", SIGGRAPH 1996, §3.4: push-pull).
 * @param weights 0 unknown … 1 known
 */
export function fillUnknown(
  values: Float32Array,
  weights: Float32Array,
  width: number,
  height: number,
): Float32Array {
  const out = new Float32Array(values.length);
  if (width <= 1 && height <= 1) {
    out[0] = values[0] ?? 0;
    return out;
  }
  const w = (width + 1) >> 1;
  const h = (height + 1) >> 1;
  const small = halveKnown(values, weights, width, height);
  const filled = fillUnknown(small.values, small.weights, w, h);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const known = weights[i] ?? 0;
      const own = known > 0 ? known * (values[i] ?? 0) : 0;
      out[i] = known >= 1 ? own : own + (1 - known) * between(filled, w, h, x, y);
    }
  return out;
}

/** Weighted means of four, sides rounded up. */
export function halveKnown(
  values: Float32Array,
  weights: Float32Array,
  width: number,
  height: number,
): { readonly values: Float32Array; readonly weights: Float32Array } {
  const w = (width + 1) >> 1;
  const h = (height + 1) >> 1;
  const smallValues = new Float32Array(w * h);
  const smallWeights = new Float32Array(w * h);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      let sum = 0;
      let known = 0;
      for (let j = 2 * y; j < Math.min(2 * y + 2, height); j++)
        for (let i = 2 * x; i < Math.min(2 * x + 2, width); i++) {
          const weight = weights[j * width + i] ?? 0;
          sum += weight * (values[j * width + i] ?? 0);
          known += weight;
        }
      smallValues[y * w + x] = known > 0 ? sum / known : 0;
      smallWeights[y * w + x] = Math.min(1, known);
    }
  return { values: smallValues, weights: smallWeights };
}

/** Bilinear value of a half-size plane at a full-size pixel. */
function between(plane: Float32Array, w: number, h: number, x: number, y: number): number {
  const sx = (x - 0.5) / 2;
  const sy = (y - 0.5) / 2;
  const x0 = Math.max(0, Math.floor(sx));
  const y0 = Math.max(0, Math.floor(sy));
  const x1 = Math.min(w - 1, x0 + 1);
  const y1 = Math.min(h - 1, y0 + 1);
  const fx = Math.max(0, sx - x0);
  const fy = Math.max(0, sy - y0);
  const top = (plane[y0 * w + x0] ?? 0) * (1 - fx) + (plane[y0 * w + x1] ?? 0) * fx;
  const bottom = (plane[y1 * w + x0] ?? 0) * (1 - fx) + (plane[y1 * w + x1] ?? 0) * fx;
  return top * (1 - fy) + bottom * fy;
}
