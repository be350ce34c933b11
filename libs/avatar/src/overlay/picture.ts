import { chromaOf, lumaOf, type RgbImage } from '@guise/frame';

/** A picture as three float planes of equal size, limited-range code values. */
export interface FloatPicture {
  readonly width: number;
  readonly height: number;
  readonly y: Float32Array;
  readonly u: Float32Array;
  readonly v: Float32Array;
}

/** Converts a cut of an RGB picture. The cut must lie within it. */
export function floatPicture(
  image: RgbImage,
  x0: number,
  y0: number,
  width: number,
  height: number,
): FloatPicture {
  const y = new Float32Array(width * height);
  const u = new Float32Array(width * height);
  const v = new Float32Array(width * height);
  for (let row = 0, i = 0; row < height; row++) {
    let p = ((y0 + row) * image.width + x0) * 3;
    for (let x = 0; x < width; x++, i++, p += 3) {
      const r = image.data[p] ?? 0;
      const g = image.data[p + 1] ?? 0;
      const b = image.data[p + 2] ?? 0;
      const [cu, cv] = chromaOf(r, g, b);
      y[i] = lumaOf(r, g, b);
      u[i] = cu;
      v[i] = cv;
    }
  }
  return { width, height, y, u, v };
}

/** Half the size by 2 × 2 means; odd borders repeat. */
export function halve(picture: FloatPicture): FloatPicture {
  const width = Math.max(1, (picture.width + 1) >> 1);
  const height = Math.max(1, (picture.height + 1) >> 1);
  const plane = (source: Float32Array): Float32Array => {
    const out = new Float32Array(width * height);
    for (let y = 0; y < height; y++) {
      const a = Math.min(2 * y, picture.height - 1) * picture.width;
      const b = Math.min(2 * y + 1, picture.height - 1) * picture.width;
      for (let x = 0; x < width; x++) {
        const l = Math.min(2 * x, picture.width - 1);
        const r = Math.min(2 * x + 1, picture.width - 1);
        out[y * width + x] =
          ((source[a + l] ?? 0) + (source[a + r] ?? 0) + (source[b + l] ?? 0) + (source[b + r] ?? 0)) / 4;
      }
    }
    return out;
  };
  return { width, height, y: plane(picture.y), u: plane(picture.u), v: plane(picture.v) };
}

/** Bilinear sample at continuous coordinates (pixel centres at half-integers), borders repeat. */
export function sampleBilinear(
  plane: Float32Array,
  width: number,
  height: number,
  x: number,
  y: number,
): number {
  const px = x < 0.5 ? 0 : x > width - 0.5 ? width - 1 : x - 0.5;
  const py = y < 0.5 ? 0 : y > height - 0.5 ? height - 1 : y - 0.5;
  const x0 = px | 0;
  const y0 = py | 0;
  const fx = px - x0;
  const fy = py - y0;
  const right = x0 + 1 < width ? 1 : 0;
  const i = y0 * width + x0;
  const j = y0 + 1 < height ? i + width : i;
  const top = (plane[i] ?? 0) * (1 - fx) + (plane[i + right] ?? 0) * fx;
  const bottom = (plane[j] ?? 0) * (1 - fx) + (plane[j + right] ?? 0) * fx;
  return top * (1 - fy) + bottom * fy;
}

/** Bilinear sample of an 8-bit plane, pixel centres at half-integers, borders repeat. */
export function sampleBytes(plane: Uint8Array, width: number, height: number, x: number, y: number): number {
  const px = Math.max(0, Math.min(width - 1, x - 0.5));
  const py = Math.max(0, Math.min(height - 1, y - 0.5));
  const x0 = px | 0;
  const y0 = py | 0;
  const x1 = Math.min(width - 1, x0 + 1);
  const y1 = Math.min(height - 1, y0 + 1);
  const fx = px - x0;
  const fy = py - y0;
  const top = (plane[y0 * width + x0] ?? 0) * (1 - fx) + (plane[y0 * width + x1] ?? 0) * fx;
  const bottom = (plane[y1 * width + x0] ?? 0) * (1 - fx) + (plane[y1 * width + x1] ?? 0) * fx;
  return top * (1 - fy) + bottom * fy;
}
