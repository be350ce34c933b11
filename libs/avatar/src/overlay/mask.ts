import type { Layer } from './layer.js';

/** The drawn region ends within the face: its rim fades over this share of the face's width. */
const RIM_SHARE = 0.022;

/**
 * Turns the rasterised cover attribute (in `layer.mask`, −1 where nothing was drawn) into the blend mask: the smooth
 * fade of the attribute at the outline, times a fade at the rim of the drawn region, where the far side of a
 * turned face ends in front of the background.
 */
export function finishMask(layer: Layer, faceWidthPx: number): void {
  const { mask, scratch, offsetRow } = { ...layer, offsetRow: layer.chromaWidth };
  for (let i = 0; i < mask.length; i++) scratch[i] = (mask[i] ?? -1) < 0 ? 0 : 1;
  const radius = Math.max(1, Math.round((faceWidthPx * RIM_SHARE) / 2));
  boxBlur(scratch, layer.textureX, offsetRow, layer.chromaHeight, radius);
  boxBlur(scratch, layer.textureX, offsetRow, layer.chromaHeight, radius);
  for (let i = 0; i < mask.length; i++) {
    const cover = mask[i] ?? 0;
    const rim = (scratch[i] ?? 0) * 2.1 - 1.1;
    mask[i] = cover <= 0 || rim <= 0 ? 0 : fade(cover) * (rim >= 1 ? 1 : rim);
  }
}

function fade(t: number): number {
  return t >= 1 ? 1 : t * t * (3 - 2 * t);
}

/** Mean over a (2 r + 1)² square, in place; samples beyond the border repeat it. */
export function boxBlur(
  data: Float32Array,
  scratch: Float32Array,
  width: number,
  height: number,
  radius: number,
): void {
  const norm = 1 / (2 * radius + 1);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let sum = 0;
    for (let x = -radius; x <= radius; x++) sum += data[row + Math.max(0, Math.min(width - 1, x))] ?? 0;
    for (let x = 0; x < width; x++) {
      scratch[row + x] = sum * norm;
      const enter = x + radius + 1;
      const leave = x - radius;
      sum +=
        (data[row + (enter < width ? enter : width - 1)] ?? 0) - (data[row + (leave > 0 ? leave : 0)] ?? 0);
    }
  }
  for (let x = 0; x < width; x++) {
    let sum = 0;
    for (let y = -radius; y <= radius; y++)
      sum += scratch[Math.max(0, Math.min(height - 1, y)) * width + x] ?? 0;
    for (let y = 0; y < height; y++) {
      data[y * width + x] = sum * norm;
      const enter = y + radius + 1;
      const leave = y - radius;
      sum +=
        (scratch[(enter < height ? enter : height - 1) * width + x] ?? 0) -
        (scratch[(leave > 0 ? leave : 0) * width + x] ?? 0);
    }
  }
}
