/** Catmull-Rom sample at continuous coordinates (pixel centres at half-integers), borders repeat. */
export function sampleCubic(
  plane: Float32Array,
  width: number,
  height: number,
  x: number,
  y: number,
): number {
  const x0 = Math.floor(x - 0.5);
  const y0 = Math.floor(y - 0.5);
  const fx = x - 0.5 - x0;
  const fy = y - 0.5 - y0;
  let sum = 0;
  for (let j = -1; j < 3; j++) {
    const row = Math.max(0, Math.min(height - 1, y0 + j)) * width;
    let across = 0;
    for (let i = -1; i < 3; i++)
      across += weight(fx - i) * (plane[row + Math.max(0, Math.min(width - 1, x0 + i))] ?? 0);
    sum += weight(fy - j) * across;
  }
  return sum;
}

function weight(distance: number): number {
  const t = Math.abs(distance);
  if (t >= 2) return 0;
  return t < 1 ? (1.5 * t - 2.5) * t * t + 1 : ((2.5 - 0.5 * t) * t - 4) * t + 2;
}
