import { createI420, planesOf, type I420Frame } from './i420.js';

/** 8-bit full-range R'G'B', three interleaved bytes a pixel, tightly packed. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Luma coefficients of ITU-R BT.709-6 §3.2. */
export const KR = 0.2126;
export const KG = 0.7152;
export const KB = 0.0722;

/** Cb and Cr denominators: 2 (1 − KB) and 2 (1 − KR). */
const CB_SPAN = 2 * (1 - KB);
const CR_SPAN = 2 * (1 - KR);
/** Quantisation of BT.709-6 §3.4 at 8 bit: luma 16 + 219 E'Y, chroma 128 + 224 E'C. */
const LUMA_SCALE = 219 / 255;
const CHROMA_SCALE = 224 / 255;

/** Luma code value (not rounded) of full-range 8-bit R'G'B'. */
export function lumaOf(r: number, g: number, b: number): number {
  return 16 + LUMA_SCALE * (KR * r + KG * g + KB * b);
}

/** Chroma code values (not rounded) of full-range 8-bit R'G'B'. */
export function chromaOf(r: number, g: number, b: number): readonly [u: number, v: number] {
  const y = KR * r + KG * g + KB * b;
  return [128 + (CHROMA_SCALE * (b - y)) / CB_SPAN, 128 + (CHROMA_SCALE * (r - y)) / CR_SPAN];
}

/** Full-range 8-bit R'G'B' (not rounded, not clamped) of limited-range code values. */
export function rgbOf(y: number, u: number, v: number): readonly [r: number, g: number, b: number] {
  const luma = (y - 16) / LUMA_SCALE;
  const cb = ((u - 128) / CHROMA_SCALE) * CB_SPAN;
  const cr = ((v - 128) / CHROMA_SCALE) * CR_SPAN;
  return [luma + cr, luma - (KB * cb + KR * cr) / KG, luma + cb];
}

/** Nearest 8-bit code value. */
export function toByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
}

/** Converts a whole picture; each chroma sample is that of the mean of its 2×2 pixels (centre siting). */
export function rgbToI420(image: RgbImage): I420Frame {
  const { width, height, data } = image;
  if (data.length !== width * height * 3) throw new RangeError('RGB data does not fit its size');
  const frame = createI420(width, height);
  const { y, u, v, chromaWidth, chromaHeight } = planesOf(frame);
  for (let i = 0, p = 0; i < width * height; i++, p += 3)
    y[i] = toByte(lumaOf(data[p] ?? 0, data[p + 1] ?? 0, data[p + 2] ?? 0));
  for (let cy = 0; cy < chromaHeight; cy++) {
    const y0 = cy * 2;
    const y1 = Math.min(y0 + 1, height - 1);
    for (let cx = 0; cx < chromaWidth; cx++) {
      const x0 = cx * 2;
      const x1 = Math.min(x0 + 1, width - 1);
      const a = (y0 * width + x0) * 3;
      const b = (y0 * width + x1) * 3;
      const c = (y1 * width + x0) * 3;
      const d = (y1 * width + x1) * 3;
      const mean = (k: number): number =>
        ((data[a + k] ?? 0) + (data[b + k] ?? 0) + (data[c + k] ?? 0) + (data[d + k] ?? 0)) / 4;
      const [cu, cv] = chromaOf(mean(0), mean(1), mean(2));
      u[cy * chromaWidth + cx] = toByte(cu);
      v[cy * chromaWidth + cx] = toByte(cv);
    }
  }
  return frame;
}

/** Converts a whole picture; each chroma sample serves its 2×2 pixels. */
export function i420ToRgb(frame: I420Frame): RgbImage {
  const { width, height } = frame;
  const { y, u, v, chromaWidth } = planesOf(frame);
  const data = new Uint8Array(width * height * 3);
  for (let row = 0, p = 0; row < height; row++) {
    const c = (row >> 1) * chromaWidth;
    for (let x = 0; x < width; x++, p += 3) {
      const [r, g, b] = rgbOf(y[row * width + x] ?? 0, u[c + (x >> 1)] ?? 0, v[c + (x >> 1)] ?? 0);
      data[p] = toByte(r);
      data[p + 1] = toByte(g);
      data[p + 2] = toByte(b);
    }
  }
  return { width, height, data };
}
