import { cropI420, i420ToRgb, type I420Frame, type RgbImage } from '@guise/frame';
import { encodePng } from '@guise/media';
import { CLIP_SIZE, type Clip } from './clips.js';
import { loadFrames } from './ffmpeg.js';
import { embedderFor, FIRST_EPOCH, sessionOf } from './marked.js';

/** A part of a picture that shows one kind of area. */
interface Area {
  readonly clip: string;
  readonly frame: number;
  readonly left: number;
  readonly top: number;
  /** Luma is multiplied with this first: a dark room. */
  readonly dim?: number;
}

const SIZE = { width: 240, height: 150 };
const AMPLIFICATION = 16;
/** Flat, dark, gradient, face: from top to bottom. Nobody's likeness but a synthetic actor's. */
const AREAS: readonly Area[] = [
  { clip: 'synthetic actor', frame: 30, left: 900, top: 60 },
  { clip: 'synthetic actor', frame: 30, left: 500, top: 500, dim: 0.35 },
  { clip: 'drifting gradients', frame: 30, left: 320, top: 200 },
  { clip: 'synthetic actor', frame: 30, left: 520, top: 200 },
];

/** PNG: original, marked, difference × 16 about mid grey; one row an area, pixel for pixel: to be shown at 200 %, as people look for flaws. */
export async function makePictureSheet(clips: readonly Clip[]): Promise<Uint8Array> {
  const rows: RgbImage[][] = [];
  for (const area of AREAS) {
    const clip = clips.find(({ name }) => name === area.clip);
    if (clip === undefined) throw new RangeError(`there is no clip called ${area.clip}`);
    rows.push(await showArea(clip, area));
  }
  return encodePng(tile(rows));
}

async function showArea(clip: Clip, { frame, left, top, dim = 1 }: Area): Promise<RgbImage[]> {
  const embedder = embedderFor(sessionOf(clip));
  const frames = await loadFrames(clip.file, { frames: frame + 1 });
  let original: I420Frame | undefined;
  let marked: I420Frame | undefined;
  for (const each of frames) {
    const luma = each.data.subarray(0, CLIP_SIZE.width * CLIP_SIZE.height);
    luma.forEach((value, i) => (luma[i] = Math.round(16 + (value - 16) * dim)));
    original = { ...each, data: each.data.slice() };
    embedder.embed(luma, CLIP_SIZE.width, FIRST_EPOCH);
    marked = each;
  }
  if (original === undefined || marked === undefined) throw new RangeError('a clip has frames');
  const cut = (picture: I420Frame) => i420ToRgb(cropI420(picture, { x: left, y: top, ...SIZE }));
  return [cut(original), cut(marked), amplified(original, marked, left, top)];
}

function amplified(original: I420Frame, marked: I420Frame, left: number, top: number): RgbImage {
  const data = new Uint8Array(SIZE.width * SIZE.height * 3);
  for (let y = 0; y < SIZE.height; y++)
    for (let x = 0; x < SIZE.width; x++) {
      const i = (top + y) * CLIP_SIZE.width + left + x;
      const change = (marked.data[i] ?? 0) - (original.data[i] ?? 0);
      data.fill(
        Math.max(0, Math.min(255, 128 + AMPLIFICATION * change)),
        3 * (y * SIZE.width + x),
        3 * (y * SIZE.width + x) + 3,
      );
    }
  return { ...SIZE, data };
}

/** Pictures of one size in rows and columns. */
function tile(rows: readonly (readonly RgbImage[])[]): RgbImage {
  const columns = rows[0]?.length ?? 0;
  const width = columns * SIZE.width;
  const height = rows.length * SIZE.height;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const picture = rows[Math.floor(y / SIZE.height)]?.[Math.floor(x / SIZE.width)];
      const from = 3 * ((y % SIZE.height) * SIZE.width + (x % SIZE.width));
      data.set(picture?.data.subarray(from, from + 3) ?? [], 3 * (y * width + x));
    }
  return { width, height, data };
}
