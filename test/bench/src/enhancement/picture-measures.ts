import { lumaOf, toByte, type Box, type RgbImage } from '@guise/frame';

/** Bicubic interpolation (Keys 1981, a = −½), sample centres at half-integers, edges going on: what any viewer does without a network. */
export function enlargeBicubic({ width, height, data }: RgbImage, factor: number): RgbImage {
  const across = new Float64Array(width * factor * height * 3);
  interpolate(data, across, { lines: height, length: width, lineStep: width * 3, step: 3 }, factor);
  const turned = { lines: width * factor, length: height, lineStep: 3, step: width * factor * 3 };
  const result = new Float64Array(width * factor * height * factor * 3);
  interpolate(across, result, turned, factor);
  return { width: width * factor, height: height * factor, data: Uint8Array.from(result, toByte) };
}

/** Where the samples of lines lie; `lineStep` from one line to the next, `step` along it, in values of an interleaved picture. */
interface Lines {
  readonly lines: number;
  readonly length: number;
  readonly lineStep: number;
  readonly step: number;
}

function interpolate(
  from: ArrayLike<number>,
  to: Float64Array,
  { lines, length, lineStep, step }: Lines,
  factor: number,
): void {
  const isAcross = step === 3;
  for (let line = 0; line < lines; line++)
    for (let i = 0; i < length * factor; i++) {
      const place = (i + 0.5) / factor - 0.5;
      const first = Math.floor(place) - 1;
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let k = 0; k < 4; k++) {
          const at = Math.max(0, Math.min(length - 1, first + k));
          sum += keys(place - first - k) * (from[line * lineStep + at * step + c] ?? 0);
        }
        to[(isAcross ? line * lineStep * factor : line * lineStep) + i * step + c] = sum;
      }
    }
}

function keys(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}

export interface Closeness {
  readonly psnrDb: number;
  /** Mean over 8 × 8 windows every 4 pixels (Wang et al. 2004). */
  readonly ssim: number;
}

const [WINDOW, STRIDE] = [8, 4];
const [C1, C2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];

/** Luma of two pictures of one size, inside a box. */
export function closeness(a: RgbImage, b: RgbImage, box: Box): Closeness {
  if (a.width !== b.width || a.height !== b.height) throw new RangeError('pictures of different sizes');
  const luma = ({ width, data }: RgbImage, x: number, y: number): number => {
    const at = (y * width + x) * 3;
    return lumaOf(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0);
  };
  const [left, top] = [Math.max(0, Math.round(box.x)), Math.max(0, Math.round(box.y))];
  const right = Math.min(a.width, Math.round(box.x + box.width));
  const bottom = Math.min(a.height, Math.round(box.y + box.height));
  let [squares, similarity, windows] = [0, 0, 0];
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) squares += (luma(a, x, y) - luma(b, x, y)) ** 2;
  for (let y = top; y + WINDOW <= bottom; y += STRIDE)
    for (let x = left; x + WINDOW <= right; x += STRIDE) {
      similarity += windowSimilarity((dx, dy) => [luma(a, x + dx, y + dy), luma(b, x + dx, y + dy)]);
      windows++;
    }
  const error = squares / ((right - left) * (bottom - top));
  return { psnrDb: 10 * Math.log10(255 ** 2 / error), ssim: similarity / windows };
}

function windowSimilarity(pair: (dx: number, dy: number) => readonly [number, number]): number {
  let [p, q, pp, qq, pq] = [0, 0, 0, 0, 0];
  const count = WINDOW ** 2;
  for (let dy = 0; dy < WINDOW; dy++)
    for (let dx = 0; dx < WINDOW; dx++) {
      const [u, v] = pair(dx, dy);
      p += u / count;
      q += v / count;
      pp += (u * u) / count;
      qq += (v * v) / count;
      pq += (u * v) / count;
    }
  const brightness = (2 * p * q + C1) / (p * p + q * q + C1);
  return (brightness * (2 * (pq - p * q) + C2)) / (pp - p * p + (qq - q * q) + C2);
}
