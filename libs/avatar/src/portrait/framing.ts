import type { RgbImage } from '@guise/frame';
import { floatPicture, halve, sampleBilinear, type FloatPicture } from '../overlay/picture.js';
import { sampleCubic } from './cubic.js';

/** Where the stage lies in the avatar's picture: picture = origin + stage · step, pixel edges to pixel edges. */
export interface Framing {
  readonly originX: number;
  readonly originY: number;
  /** Picture pixels per stage pixel. */
  readonly step: number;
}

/** Planes of the stage in limited-range code values, not rounded; chroma at half size. */
export interface StagePlanes {
  readonly width: number;
  readonly height: number;
  readonly y: Float32Array;
  readonly u: Float32Array;
  readonly v: Float32Array;
  /** Distance to the next border of the picture that the view reaches beyond, centimetres; full size. */
  readonly insideCm: Float32Array;
  /** The picture's borders on the stage, pixels: beyond the stage where the view does not reach them. */
  readonly borders: { readonly left: number; readonly right: number; readonly top: number };
}

/** Height of a webcam's view of a seated person, in centimetres of an average head, and the least that looks natural. */
const VIEW_CM = 42;
const LEAST_VIEW_CM = 26;
/** Height of the eyes in the view, from the top. The lower bound is preferred; the upper one keeps heads whole. */
const EYES_AT = 0.42;
const EYES_AT_MOST = 0.52;
const LEVELS = 6;
const MARGIN_PX = 8;

/**
 * Frames the head as a webcam would. The body is never extended below the picture: where the picture ends early, the view
 * is tighter instead; at the sides and above, the background is continued.
 */
export function frameHead(
  picture: { readonly width: number; readonly height: number },
  head: { readonly x: number; readonly eyesY: number; readonly pxPerCm: number },
  output: { readonly width: number; readonly height: number },
): Framing {
  const ideal = VIEW_CM * head.pxPerCm;
  const below = picture.height - head.eyesY;
  const eyesAt = Math.min(EYES_AT_MOST, Math.max(EYES_AT, 1 - below / ideal));
  const height = Math.max(LEAST_VIEW_CM * head.pxPerCm, Math.min(ideal, below / (1 - eyesAt)));
  const step = height / output.height;
  return { originX: head.x - (output.width / 2) * step, originY: head.eyesY - eyesAt * height, step };
}

/** Resamples the framed part of the picture to the output's size. Outside of the picture its border is repeated. */
export function layStage(
  image: RgbImage,
  framing: Framing,
  output: { readonly width: number; readonly height: number },
  pxPerCm: number,
): StagePlanes {
  const cut = cutPicture(image, framing, output);
  const levels: FloatPicture[] = [cut.picture];
  while (levels.length < LEVELS) levels.push(halve(levels.at(-1) ?? cut.picture));
  const plane = (key: 'y' | 'u' | 'v', step: 1 | 2): Float32Array => {
    const scale = framing.step * step;
    const index = Math.min(LEVELS - 1, Math.max(0, Math.round(Math.log2(scale))));
    const from = levels[index] ?? cut.picture;
    const sample = scale < 1 ? sampleCubic : sampleBilinear;
    const width = output.width / step;
    const height = output.height / step;
    const shrunk = 2 ** index;
    // A plain loop, as all here: pictures have a million samples, and a portrait is to be there at once.
    const out = new Float32Array(width * height);
    for (let row = 0, i = 0; row < height; row++) {
      const y = (framing.originY + (row + 0.5) * scale - cut.y) / shrunk;
      for (let column = 0; column < width; column++, i++) {
        const x = (framing.originX + (column + 0.5) * scale - cut.x) / shrunk;
        out[i] = sample(from[key], from.width, from.height, x, y);
      }
    }
    return out;
  };
  const insideCm = borderDistance(image, framing, output, pxPerCm);
  const { originX, originY, step } = framing;
  const borders = { left: -originX / step, right: (image.width - originX) / step, top: -originY / step };
  return { ...output, y: plane('y', 1), u: plane('u', 2), v: plane('v', 2), insideCm, borders };
}

/** The bottom does not count: bodies are cut there by the view itself. */
function borderDistance(
  image: RgbImage,
  { originX, originY, step }: Framing,
  { width, height }: { readonly width: number; readonly height: number },
  pxPerCm: number,
): Float32Array {
  const reaches = { left: originX < 0, right: originX + width * step > image.width, top: originY < 0 };
  const out = new Float32Array(width * height);
  for (let row = 0, i = 0; row < height; row++) {
    const y = originY + (row + 0.5) * step;
    const top = reaches.top ? y : Infinity;
    for (let column = 0; column < width; column++, i++) {
      const x = originX + (column + 0.5) * step;
      const left = reaches.left ? x : Infinity;
      const right = reaches.right ? image.width - x : Infinity;
      out[i] = Math.min(left, right, top) / pxPerCm;
    }
  }
  return out;
}

interface PictureCut {
  readonly picture: FloatPicture;
  readonly x: number;
  readonly y: number;
}

/** The part of the picture that the stage shows, and a few pixels more for the filters. */
function cutPicture(
  image: RgbImage,
  { originX, originY, step }: Framing,
  output: { readonly width: number; readonly height: number },
): PictureCut {
  const x = Math.max(0, Math.min(image.width - 1, Math.floor(originX) - MARGIN_PX));
  const y = Math.max(0, Math.min(image.height - 1, Math.floor(originY) - MARGIN_PX));
  const right = Math.min(image.width, Math.ceil(originX + output.width * step) + MARGIN_PX);
  const bottom = Math.min(image.height, Math.ceil(originY + output.height * step) + MARGIN_PX);
  return { picture: floatPicture(image, x, y, Math.max(1, right - x), Math.max(1, bottom - y)), x, y };
}
