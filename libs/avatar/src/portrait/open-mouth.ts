import { chromaOf, LANDMARK_COUNT, LIPS_INNER, lumaOf, type RgbImage } from '@guise/frame';
import { admitFace } from '../mesh/admit-face.js';
import { admitOpenMouth } from '../mesh/admit-open-mouth.js';
import { edgeAt, measureAperture } from '../mesh/aperture.js';
import { smoothstep } from '../mesh/topology.js';

/** One more picture of the avatar's face, with its mesh. */
export interface OpenMouthView {
  readonly picture: RgbImage;
  /** 478 × (x, y, z) in pixels of the picture. */
  readonly landmarks: Float32Array;
}

type Colour = readonly [y: number, u: number, v: number];

/** What is behind the lips, unrolled: columns from corner to corner, rows from the upper to the lower lip. */
export interface OpenMouth {
  readonly heightCm: number;
  /** Three code values a sample, rows of `COLUMNS`. */
  readonly samples: Float32Array;
}

const COLUMNS = 96;
const ROWS = 64;
/** Lips are red right up to their edge: that much of the opening is left out, as a share of its height. */
const LIP_SHARE = 0.07;
/** Light of the view against that of the avatar's picture. */
const GAINS = [0.6, 1.6] as const;

/**
 * Unrolls the inside of an open mouth, in the light of the avatar's picture.
 * @param skin mean colour of the cheeks on the avatar's picture
 * @throws AvatarError when the view shows no open mouth
 */
export function unrollMouth(
  { picture, landmarks }: OpenMouthView,
  cheeks: readonly number[],
  skin: Colour,
): OpenMouth {
  admitOpenMouth(picture, landmarks);
  const fit = admitFace(picture, landmarks);
  const at = (axis: number): Float32Array =>
    Float32Array.from({ length: LANDMARK_COUNT }, (_, i) => landmarks[i * 3 + axis] ?? 0);
  const [xs, ys] = [at(0), at(1)];
  const lips = measureAperture(xs, ys, LIPS_INNER);
  const own = cheeks.map((i) => colourAt(picture, xs[i] ?? 0, ys[i] ?? 0));
  const mean = [0, 1, 2].map((k) => own.reduce((sum, colour) => sum + (colour[k] ?? 0), 0) / own.length);
  const gain = Math.max(GAINS[0], Math.min(GAINS[1], (skin[0] - 16) / Math.max(1, (mean[0] ?? 16) - 16)));
  const samples = new Float32Array(COLUMNS * ROWS * 3);
  for (let row = 0; row < ROWS; row++)
    for (let column = 0; column < COLUMNS; column++) {
      const u = (column + 0.5) / COLUMNS - 0.5;
      const top = edgeAt(lips.upper, u);
      const share = LIP_SHARE + (1 - 2 * LIP_SHARE) * ((row + 0.5) / ROWS);
      const v = top + share * (edgeAt(lips.lower, u) - top);
      const along = u * lips.widthPx;
      const [y, cu, cv] = colourAt(
        picture,
        lips.centreX + along * lips.axisX - v * lips.axisY,
        lips.centreY + along * lips.axisY + v * lips.axisX,
      );
      samples.set([16 + (y - 16) * gain, cu, cv], (row * COLUMNS + column) * 3);
    }
  return { heightCm: lips.heightPx / fit.scale, samples };
}

/**
 * Colour behind lips that are `gap` centimetres apart, `below` the upper one: upper teeth hang with the upper lip, the
 * lower ones go with the lower lip, and what is between is cut or stretched.
 */
export function insideMouth({ heightCm, samples }: OpenMouth, u: number, below: number, gap: number): Colour {
  const share = smoothstep((below / Math.max(1e-3, gap) - 0.3) / 0.4);
  const fromTop = below + (heightCm - gap) * share;
  const row = Math.max(0, Math.min(ROWS - 1.001, (fromTop / heightCm) * ROWS - 0.5));
  const column = Math.max(0, Math.min(COLUMNS - 1.001, (u + 0.5) * COLUMNS - 0.5));
  const [i, j] = [Math.floor(row), Math.floor(column)];
  const value = (k: number): number => {
    const sample = (di: number, dj: number): number => samples[((i + di) * COLUMNS + j + dj) * 3 + k] ?? 0;
    const upper = sample(0, 0) + (sample(0, 1) - sample(0, 0)) * (column - j);
    const lower = sample(1, 0) + (sample(1, 1) - sample(1, 0)) * (column - j);
    return upper + (lower - upper) * (row - i);
  };
  return [value(0), value(1), value(2)];
}

/** Bilinear, in limited-range code values. */
function colourAt({ width, height, data }: RgbImage, x: number, y: number): Colour {
  const sx = Math.max(0, Math.min(width - 1.001, x - 0.5));
  const sy = Math.max(0, Math.min(height - 1.001, y - 0.5));
  const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
  const channel = (k: number): number => {
    const at = (dx: number, dy: number): number => data[((y0 + dy) * width + x0 + dx) * 3 + k] ?? 0;
    const top = at(0, 0) + (at(1, 0) - at(0, 0)) * (sx - x0);
    const bottom = at(0, 1) + (at(1, 1) - at(0, 1)) * (sx - x0);
    return top + (bottom - top) * (sy - y0);
  };
  const [r, g, b] = [channel(0), channel(1), channel(2)];
  return [lumaOf(r, g, b), ...chromaOf(r, g, b)];
}
