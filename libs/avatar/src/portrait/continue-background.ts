import { smoothstep } from '../mesh/topology.js';
import type { StagePlanes } from './framing.js';
import { boxMean, enlarge, halfSize, planeOf, shrink } from './guided-filter.js';

type StageColours = Readonly<Record<'y' | 'u' | 'v', Float32Array>>;

/** A plane of the stage: code values, and the one that has no light or no hue. */
interface Plane {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly neutral: number;
}

/** Mirrored as it is at the border, it is blurred by these radii on the way out … */
const BLURS_CM = [0.5, 1.6] as const;
/** … wholly at this distance, … */
const BLURRED_CM = 4;
/** … and darkened by this share at that one: a view's edges draw no eyes. */
const DARKENED = 0.25;
const DARKENED_CM = 14;

/** Continues all planes of a stage: see {@link continuePlane}. */
export function continueBackground(
  planes: StageColours,
  { width, height, borders }: Pick<StagePlanes, 'width' | 'height' | 'borders'>,
  pxPerCm: number,
): StageColours {
  const half = { left: borders.left / 2, right: borders.right / 2, top: borders.top / 2 };
  const chroma = (values: Float32Array): Float32Array =>
    continuePlane({ values, width: width >> 1, height: height >> 1, neutral: 128 }, half, pxPerCm / 2);
  const luma = { values: planes.y, width, height, neutral: 16 };
  return { y: continuePlane(luma, borders, pxPerCm), u: chroma(planes.u), v: chroma(planes.v) };
}

/**
 * Continues a background beyond the picture's sides and top: its mirror image, more and more out of focus and darker the further away. A
 * smear of the border's colours is seen to be one; a room that goes on is not looked at.
 */
export function continuePlane(
  { values, width, height, neutral }: Plane,
  borders: StagePlanes['borders'],
  pxPerCm: number,
): Float32Array {
  const { left, right, top } = borders;
  if (left <= 0 && right >= width && top <= 0) return values;
  const mirrored = mirrorAround(values, width, height, borders);
  const [w, h] = halfSize(width, height);
  const small = shrink(mirrored, width, height);
  const blurred = (cm: number): Float32Array => {
    const radius = Math.max(1, Math.round((cm * pxPerCm) / 2));
    return enlarge(boxMean(boxMean(small, w, h, radius), w, h, radius), width, height);
  };
  const [little, much] = [blurred(BLURS_CM[0]), blurred(BLURS_CM[1])];
  return planeOf(values.length, (i) => {
    const value = mirrored[i] ?? 0;
    const [x, y] = [(i % width) + 0.5, Math.floor(i / width) + 0.5];
    const [across, above] = [Math.max(0, left - x, x - right), Math.max(0, top - y)];
    if (across === 0 && above === 0) return value;
    const beyondCm = Math.sqrt(across * across + above * above) / pxPerCm;
    const blur = Math.min(1, beyondCm / BLURRED_CM);
    const first = mix(value, little[i] ?? value, smoothstep(2 * blur));
    const soft = mix(first, much[i] ?? value, smoothstep(2 * blur - 1));
    const light = 1 - DARKENED * smoothstep(beyondCm / DARKENED_CM);
    // As rough as 8 bits allow, so that no bands show.
    const rough = (((i * 7919) % 101) / 101 - 0.5) * blur;
    return neutral + (soft - neutral) * light + rough;
  });
}

/** Sides first, then the top, which takes the corners along. A picture narrower than what it is to fill is mirrored again. */
function mirrorAround(
  values: Float32Array,
  width: number,
  height: number,
  { left, right, top }: StagePlanes['borders'],
): Float32Array {
  const columns = Float32Array.from({ length: width }, (_, x) =>
    reflect(x + 0.5, Math.max(0, left), Math.min(width, right)),
  );
  const rows = Float32Array.from({ length: height }, (_, y) => reflect(y + 0.5, Math.max(0, top), height));
  const out = new Float32Array(values.length);
  for (let y = 0, i = 0; y < height; y++) {
    const from = nearest(rows[y] ?? 0, height) * width;
    for (let x = 0; x < width; x++, i++) out[i] = values[from + nearest(columns[x] ?? 0, width)] ?? 0;
  }
  return out;
}

/** A position brought between two mirrors. */
function reflect(at: number, low: number, high: number): number {
  const span = Math.max(1, high - low);
  const turn = (((at - low) % (2 * span)) + 2 * span) % (2 * span);
  return low + (turn < span ? turn : 2 * span - turn);
}

function nearest(at: number, size: number): number {
  return Math.max(0, Math.min(size - 1, Math.floor(at)));
}

function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}
