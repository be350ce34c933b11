/** One level of the orthonormal Haar transform; every band is columns × rows. */
export interface HaarBands {
  readonly columns: number;
  readonly rows: number;
  /** Approximation, then horizontal, vertical and diagonal detail. */
  readonly bands: readonly [Float64Array, Float64Array, Float64Array, Float64Array];
}

export function haarForward(samples: Float64Array, width: number, height: number): HaarBands {
  const [columns, rows] = [width >> 1, height >> 1];
  const band = () => new Float64Array(columns * rows);
  const [ll, hl, lh, hh] = [band(), band(), band(), band()];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const i = 2 * y * width + 2 * x;
      const a = samples[i] ?? 0;
      const b = samples[i + 1] ?? 0;
      const c = samples[i + width] ?? 0;
      const d = samples[i + width + 1] ?? 0;
      const o = y * columns + x;
      ll[o] = (a + b + c + d) / 2;
      hl[o] = (a - b + c - d) / 2;
      lh[o] = (a + b - c - d) / 2;
      hh[o] = (a - b - c + d) / 2;
    }
  return { columns, rows, bands: [ll, hl, lh, hh] };
}

export function haarInverse({ columns, rows, bands: [ll, hl, lh, hh] }: HaarBands): Float64Array {
  const width = 2 * columns;
  const samples = new Float64Array(4 * columns * rows);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const o = y * columns + x;
      const [s, h, v, d] = [ll[o] ?? 0, hl[o] ?? 0, lh[o] ?? 0, hh[o] ?? 0];
      const i = 2 * y * width + 2 * x;
      samples[i] = (s + h + v + d) / 2;
      samples[i + 1] = (s - h + v - d) / 2;
      samples[i + width] = (s + h - v - d) / 2;
      samples[i + width + 1] = (s - h - v + d) / 2;
    }
  return samples;
}
