/**
 * Cubic sample at continuous coordinates (pixel centres at half-integers), borders repeat. Filter after D. P. Mitchell and
 * A. N. Netravali, "Reconstruction filters in computer graphics", SIGGRAPH 1988, B = C = ⅓: a sharper one shows fine texture crisp at
 * pixel centres and soft between them, which shimmers as soon as the picture is moved by parts of a pixel.
 */
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
  return t < 1 ? ((7 * t - 12) * t * t + 16 / 3) / 6 : (((-7 / 3) * t + 12) * t * t - 20 * t + 32 / 3) / 6;
}
