import { scalePlane } from '@guise/frame';
import type { Geometry } from 'invisible-watermark-ts';
import { CLIP_SIZE, type Clip } from '../clips.js';
import { loadFrames } from '../ffmpeg.js';
import { ensureMarked } from '../marked.js';
import { READ_FPS, type TimedFrame, toTimedFrames } from '../tally.js';
import { noisePicture } from '../noise-pictures.js';

/** `foreign` was marked under another key than it is read with; the others were not marked at all. */
export type Material = 'noise' | 'foreign' | Clip['material'];

const WINDOW = { width: 640, height: 360 };
/** A frame of a window's size as it was sent: s = 1/2 in §2 of the format. */
export const PLAIN: Geometry = { ...WINDOW, toFrame: [0.5, 0, -0.25, 0, 0.5, -0.25] };
/** Windows that are cut from one picture of noise before the next is drawn. */
const WINDOWS_PER_NOISE = 50;
const MOST_FRAMES = 3;

export interface Source {
  readonly material: Material;
  /** Where the pictures come from; absent for noise. */
  readonly clip?: Clip;
  readonly work: string;
  readonly version: string;
}

/** Gives windows without end, no two alike: one frame or three in a row, at a random place and zoom, some mirrored. */
export async function openWindows(source: Source, random: () => number): Promise<() => TimedFrame[]> {
  const pictures = await picturesOf(source);
  let drawn = pictures;
  let given = 0;
  return () => {
    if (source.material === 'noise' && given % WINDOWS_PER_NOISE === 0) drawn = [drawNoise(random)];
    given++;
    return cutWindow(drawn, random);
  };
}

async function picturesOf({ clip, material, work, version }: Source): Promise<TimedFrame[]> {
  if (clip === undefined) return [];
  const { file } = material === 'foreign' ? await ensureMarked(clip, 0, { work, version }) : clip;
  return toTimedFrames(await loadFrames(file, { fps: READ_FPS }));
}

const drawNoise = (random: () => number): TimedFrame =>
  noisePicture(CLIP_SIZE.width, CLIP_SIZE.height, 2 * random(), Math.floor(random() * 2 ** 31));

function cutWindow(pictures: readonly TimedFrame[], random: () => number): TimedFrame[] {
  const length = random() < 0.5 ? 1 : Math.min(MOST_FRAMES, pictures.length);
  const first = Math.floor(random() * (pictures.length - length + 1));
  const zoom = 1 + random();
  const width = 2 * Math.floor((WINDOW.width * zoom) / 2);
  const height = 2 * Math.floor((WINDOW.height * zoom) / 2);
  const left = Math.floor(random() * (CLIP_SIZE.width - width));
  const top = Math.floor(random() * (CLIP_SIZE.height - height));
  const mirrored = random() < 0.5;
  return pictures.slice(first, first + length).map((frame) => {
    const cut = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      const start = (top + y) * frame.stride + left;
      const row = cut.subarray(y * width, (y + 1) * width);
      row.set(frame.luma.subarray(start, start + width));
      if (mirrored) row.reverse();
    }
    const luma = scalePlane(cut, width, height, WINDOW.width, WINDOW.height);
    return { ...frame, ...WINDOW, luma, stride: WINDOW.width };
  });
}
