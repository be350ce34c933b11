import { open, type FileHandle } from 'node:fs/promises';
import sharp from 'sharp';
import { MediaError } from './errors.js';
import type { MediaInfo } from './types.js';

/**
 * Makes sure that what is read of a file is all that a viewer can show of it: what is said of the one picture track, or of the
 * first picture, must not be taken for the others.
 * @throws MediaError `ambiguous`
 */
export async function requireOneShown(file: string, info: MediaInfo): Promise<void> {
  const isOne = info.kind === 'image' ? !(await holdsMorePictures(file)) : info.otherTracks === 0;
  if (isOne) return;
  throw new MediaError(
    'ambiguous',
    `${file} holds an animation, several picture tracks or subtitles: a viewer may show others than those that are read. Save what is meant as a video with one picture track, or as a still picture.`,
  );
}

/** Pages of a TIFF or HEIF file, animated WebP; animated PNG and AVIF, which the decoder takes for still pictures. */
async function holdsMorePictures(file: string): Promise<boolean> {
  const header = await sharp(file, { limitInputPixels: false, pages: 1 })
    .metadata()
    .catch(() => null);
  // What cannot be read is refused where it is decoded.
  if (header === null) return false;
  if ((header.pages ?? 1) > 1) return true;
  if (header.format === 'png') return holdsPart(file, PNG_CHUNKS, 'acTL');
  return header.format === 'heif' && (await holdsPart(file, ISO_BOXES, 'moov'));
}

/** How a file is divided: where its first part begins, and how long a part is by its first bytes; null after the last. */
interface Parts {
  readonly start: number;
  readonly lengthOf: (head: Buffer, type: string) => number | null;
  readonly type: readonly [number, number];
}

/** Bytes that tell type and length of a part. */
const HEAD_BYTES = 16;
/** No real picture has more parts before its pixels. */
const MAX_PARTS = 10_000;

/** PNG (ISO/IEC 15948) §5.3: length, type, data, CRC. The animation's chunk comes before the pixels. */
const PNG_CHUNKS: Parts = {
  start: 8,
  type: [4, 8],
  lengthOf: (head, type) => (type === 'IDAT' || type === 'IEND' ? null : head.readUInt32BE(0) + 12),
};

/** ISO/IEC 14496-12 §4.2: size and type; size 1: the size follows as 64 bits, 0: to the end of the file. */
const ISO_BOXES: Parts = {
  start: 0,
  type: [4, 8],
  lengthOf(head) {
    const size = head.readUInt32BE(0);
    if (size === 1) return Number(head.readBigUInt64BE(8));
    return size === 0 ? null : size;
  },
};

/** Whether a file has a part of this type; so many parts that it cannot be told count as one. */
async function holdsPart(file: string, parts: Parts, wanted: string): Promise<boolean> {
  const handle: FileHandle = await open(file, 'r');
  try {
    let at = parts.start;
    for (let part = 0; part < MAX_PARTS; part += 1) {
      const head = Buffer.alloc(HEAD_BYTES);
      const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, at);
      const type = head.toString('latin1', ...parts.type);
      if (type === wanted) return true;
      const length = bytesRead < HEAD_BYTES ? null : parts.lengthOf(head, type);
      // A part shorter than its own head: the rest is no picture.
      if (length === null || length < 8) return false;
      at += length;
    }
    return true;
  } finally {
    await handle.close();
  }
}
